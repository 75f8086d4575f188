// Walks through Renkei in a real Chromium: starts the demonstration on a fresh folder, runs every walk of walks/, and
// prints one line a walk and a closing line. Walks are scenes of the requirements; their ids go into the traceability
// table. A walk that fails leaves a picture in e2e/failed/. `--database postgresql` runs them on a PostgreSQL server that
// is started for them.

import { spawn } from 'node:child_process';
import { mkdtemp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { startPostgresql } from './postgresql.mjs';
import { World } from './world.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const argument = (name) => {
  const at = process.argv.indexOf(name);
  return at > 0 ? process.argv[at + 1] : undefined;
};
const target = process.env.CARGO_TARGET_DIR ?? path.join(here, '..', 'target');
const program = argument('--program') ?? path.join(target, 'debug', 'renkei');
const only = argument('--only');

/** Starts the demonstration and waits until all its records are in: its second line. */
async function startDemo(folder) {
  const database = postgresql ? ['--database', postgresql.settings] : [];
  const child = spawn(program, ['demo', '--data', folder, '--no-browser', '--format', 'json', ...database], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (text) => (log += text));
  const complete = await new Promise((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (part) => {
      text += part;
      const lines = text.split('\n').slice(0, -1).map((line) => JSON.parse(line));
      const found = lines.find((line) => line.state === 'complete');
      if (found) resolve(found);
    });
    child.on('exit', (code) => reject(new Error(`the demonstration ended with ${code}\n${log}`)));
  });
  return { child, ready: complete, log: () => log };
}

const folder = await mkdtemp(path.join(tmpdir(), 'renkei-walks-'));
const results = [];
const postgresql = argument('--database') === 'postgresql' ? await startPostgresql() : undefined;
let demo;
try {
  demo = await startDemo(folder);
  const world = await World.open({ folder, ready: demo.ready, pictures: argument('--pictures') });
  const files = (await readdir(path.join(here, 'walks'))).filter((f) => f.endsWith('.mjs')).sort();
  for (const file of files) {
    const { walks } = await import(pathToFileURL(path.join(here, 'walks', file)));
    for (const walk of walks) {
      if (only && !walk.name.includes(only)) continue;
      const started = performance.now();
      let passed = true;
      try {
        await world.scene(walk.walk);
      } catch (error) {
        passed = false;
        console.error(`FAILED ${walk.name}\n${error.stack ?? error}`);
        await mkdir(path.join(here, 'failed'), { recursive: true });
        await world.pictureOfAll(path.join(here, 'failed', walk.name.replaceAll(' ', '-')));
      } finally {
        await world.closeContexts();
      }
      results.push({ name: walk.name, ids: walk.ids, passed });
      console.log(`${passed ? 'ok    ' : 'FAILED'} ${walk.name} (${Math.round(performance.now() - started)} ms)`);
    }
  }
  await world.close();
} finally {
  if (demo) {
    demo.child.kill('SIGTERM');
    await new Promise((resolve) => (demo.child.exitCode === null ? demo.child.on('exit', resolve) : resolve()));
    if (results.some((r) => !r.passed)) console.error(demo.log().slice(-4000));
  }
  await rm(folder, { recursive: true, force: true });
  await postgresql?.stop();
}
if (postgresql && demo?.log().includes(postgresql.password)) {
  results.push({ name: 'the password of the database is in no log', ids: [], passed: false });
}
const out = argument('--results');
if (out) await writeFile(out, JSON.stringify(results, null, 1));
const failed = results.filter((r) => !r.passed).length;
console.log(`walks: ${results.length - failed} passed, ${failed} failed`);
process.exit(failed || results.length === 0 ? 1 : 0);
