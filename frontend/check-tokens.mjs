// The style sheet's copy of the design tokens must say what the package says.
import { readFile } from "node:fs/promises";

const values = (css) => new Map([...css.matchAll(/^\s*(--[\w-]+):\s*([^;]+);/gm)].map((m) => [m[1], m[2].trim().toLowerCase()]));
const upstream = values(await readFile("node_modules/@digital-go-jp/design-tokens/dist/tokens.css", "utf8"));
const own = values(await readFile("../crates/edges/web/assets/tokens.css", "utf8"));

let wrong = 0;
for (const [name, value] of own) {
  if (!/^--(color-(primitive|neutral)|border-radius)-/.test(name)) continue;
  if (upstream.get(name) !== value) {
    wrong += 1;
    console.error(`${name}: ${value} here, ${upstream.get(name) ?? "nothing"} in the package`);
  }
}
if (wrong > 0) process.exit(1);
console.log("tokens agree");
