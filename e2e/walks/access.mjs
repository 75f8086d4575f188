// Readable for all (R-X-18): every page through axe, in both languages, on a wide and a narrow screen, with and without
// scripts' additions and as it would be printed; keyboard alone; large text; fingers; and paper.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { inflateSync } from 'node:zlib';

const HOSPITAL = 'minato';
const PATIENT = 'sakura-hana';
const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What axe finds wrong with the page, one line a rule and place. */
async function violations(page) {
  // Evaluated by the browser's own tools, which the page's content-security policy does not bind.
  await page.evaluate(AXE);
  const found = await page.evaluate((rules) => window.axe.run(document, { resultTypes: ['violations'], runOnly: rules }), RULES);
  assert.ok(found.passes.length > 5, 'axe looked at the page');
  return found.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.html.slice(0, 140)}`));
}

/** Addresses of one open visit, with a name each. */
async function pagesOf(page) {
  const visit = page.url().split('?')[0];
  const pages = ['', '/course', '/medicines', '/laboratory', '/diagnoses', '/encounters', '/others', '/paper'].map((tab) => visit + tab);
  await page.goto(visit + '/laboratory');
  const trends = await page.locator('.lab th a.tap').evaluateAll((links) => links.map((link) => new URL(link.href)));
  const items = trends.slice(0, 2).map((address) => address.searchParams.get('item'));
  pages.push(`${visit}/laboratory?item=${items.join(',')}`, `${visit}/laboratory?item=${items[0]}&span=3m`);
  pages.push(await page.locator('.lab td a').first().evaluate((link) => link.href));
  pages.push(`${visit}/nothing`);
  return pages;
}

async function speak(page, language) {
  const other = page.getByRole('button', { name: language === 'en' ? 'English' : '日本語', exact: true });
  if (await other.count()) await other.click();
  await page.locator(`html[lang="${language}"]`).waitFor({ state: 'attached' });
}

async function open(world, options) {
  const page = await world.signIn('minato-ichiro', options);
  await world.readCard(page, PATIENT, HOSPITAL);
  return page;
}

/** Elements that stick out of the screen or of the box that should hold them. */
function cut() {
  const found = [];
  const wide = document.documentElement.scrollWidth - window.innerWidth;
  if (wide > 1) found.push(`the page is ${wide} px too wide`);
  for (const element of document.querySelectorAll('main *, header *, section.band *, nav.tabs *')) {
    const style = getComputedStyle(element);
    if (element.closest('svg') || element.closest('.vh') || element.closest('[hidden]') || style.display === 'inline' || style.display === 'contents') continue;
    if (!['visible', 'clip'].includes(style.overflowX) || style.position === 'absolute') continue;
    if (element.closest('.scroll') || element.closest('nav.tabs')) continue;
    const box = element.getBoundingClientRect();
    if (box.width > 0 && box.right > window.innerWidth + 1) found.push(`${element.tagName}.${element.className} ends at ${Math.round(box.right)}`);
  }
  // Texts of one line of the band must not lie over each other.
  const boxes = [...document.querySelectorAll('section.band .name, section.band .facts > li, section.band .warnings > li, section.band .feeds > li, nav.tabs > a, header.bar > *')]
    .map((element) => [element, element.getBoundingClientRect()])
    .filter(([, box]) => box.width > 1 && box.height > 1);
  boxes.forEach(([one, a], n) => {
    for (const [two, b] of boxes.slice(n + 1)) {
      if (one.contains(two) || two.contains(one) || one.parentElement !== two.parentElement) continue;
      if (a.right - b.left > 2 && b.right - a.left > 2 && a.bottom - b.top > 2 && b.bottom - a.top > 2) {
        found.push(`${one.textContent.trim()} lies over ${two.textContent.trim()}`);
      }
    }
  });
  return [...new Set(found)].slice(0, 8);
}

/** Things to press that are smaller than a finger, drawings apart: those have a table behind them. */
function small() {
  return [...document.querySelectorAll('a[href], button, summary, input:not([type="hidden"])')]
    .filter((element) => !element.closest('svg') && !element.classList.contains('skip') && element.checkVisibility())
    .map((element) => [element, element.getBoundingClientRect()])
    .filter(([, box]) => box.width > 0 && (box.height < 43.5 || box.width < 43.5))
    .map(([element, box]) => `${element.outerHTML.slice(0, 90)} ${Math.round(box.width)}×${Math.round(box.height)}`)
    .slice(0, 8);
}

/** Pages of a PDF as the browser counts them. */
function sheets(pdf) {
  return (pdf.toString('latin1').match(/\/Type\s*\/Page\b(?!s)/g) ?? []).length;
}

/** The drawing commands of a PDF, unpacked. */
function streams(pdf) {
  const found = [];
  for (let at = pdf.indexOf('stream'); at >= 0; at = pdf.indexOf('stream', at + 6)) {
    if (pdf.subarray(at - 3, at).toString('latin1') === 'end') continue;
    const begin = at + (pdf[at + 6] === 13 ? 8 : 7);
    const end = pdf.indexOf('endstream', begin);
    try {
      found.push(inflateSync(pdf.subarray(begin, end)).toString('latin1'));
    } catch {
      // A font or a picture packed in another way.
    }
  }
  return found;
}

function axeWalk(language, width) {
  return {
    name: `axe finds nothing on any page (${language}, ${width} px)`,
    ids: ['R-X-18'],
    async walk(world) {
      const page = await world.signIn('minato-ichiro', { viewport: { width, height: 900 } });
      await speak(page, language);
      const wrong = [];
      const look = async (name) => {
        assert.equal(await page.locator('html').getAttribute('lang'), language, name);
        // Paper is as wide as a sheet, never as a phone.
        for (const media of width > 700 ? ['screen', 'print'] : ['screen']) {
          await page.emulateMedia({ media });
          wrong.push(...(await violations(page)).map((line) => `${name} (${media}) ${line}`));
        }
        await page.emulateMedia({ media: 'screen' });
      };
      await look('start');
      await world.layCard(PATIENT, HOSPITAL);
      await page.locator('form.readers button').first().click();
      await page.locator('section.band').waitFor({ timeout: 30_000 });
      const visit = page.url().split('?')[0];
      for (const address of await pagesOf(page)) {
        await page.goto(address);
        await look(address.replace(visit, ''));
      }
      // Closed parts opened: what is behind the charts and the entries is read too.
      for (const tab of ['', '/medicines', '/others']) {
        await page.goto(visit + tab);
        await page.evaluate(() => document.querySelectorAll('details').forEach((details) => (details.open = true)));
        await look(`${tab} opened`);
      }
      await page.goto(world.places.professional + '/cover?back=' + encodeURIComponent(new URL(visit).pathname));
      await look('covered');
      await page.goto(visit);
      await page.locator('header.bar form button').click();
      await page.goto(visit);
      await look('refused');
      await page.locator('footer form[action="/sign-out"] button').click();
      await look('signed out');
      assert.deepEqual(wrong, []);
    },
  };
}

export const walks = [
  {
    name: 'the look for faults finds one that is put there',
    ids: ['R-X-18'],
    async walk(world) {
      const page = await open(world);
      assert.deepEqual(await violations(page), []);
      await page.evaluate(() => {
        const picture = document.createElement('img');
        picture.src = '/assets/icon.svg';
        document.querySelector('main').append(picture);
        document.querySelector('main h2').style.color = '#bbbbbb';
      });
      const found = await violations(page);
      assert.ok(found.some((line) => line.startsWith('image-alt')), found.join('\n'));
      assert.ok(found.some((line) => line.startsWith('color-contrast')), found.join('\n'));
    },
  },
  ...['ja', 'en'].flatMap((language) => [1366, 390].map((width) => axeWalk(language, width))),
  {
    name: 'axe finds nothing at the doors: nobody signed in and the patient entrance',
    ids: ['R-X-18'],
    async walk(world) {
      const page = await world.window();
      for (const address of [world.places.professional + '/', world.places.patient + '/']) {
        await page.goto(address);
        assert.deepEqual(await violations(page), [], address);
      }
    },
  },
  {
    name: 'nothing is cut or overlaps on clinic screens, tablets, phones and at twice the text',
    ids: ['R-X-18'],
    async walk(world) {
      const screens = [
        { width: 1366, height: 768 },
        { width: 1024, height: 768 },
        { width: 834, height: 1112 },
        { width: 390, height: 844 },
        { width: 1366, height: 768, text: '200%' },
        // A browser's own zoom of 200 % on a clinic screen is a screen of half the size.
        { width: 683, height: 384 },
        { width: 512, height: 384 },
      ];
      const page = await open(world);
      const pages = await pagesOf(page);
      const visit = pages[0];
      const wrong = [];
      for (const { width, height, text } of screens) {
        await page.setViewportSize({ width, height });
        for (const address of pages) {
          await page.goto(address);
          if (text) await page.evaluate((size) => (document.documentElement.style.fontSize = size), text);
          for (const line of await page.evaluate(cut)) wrong.push(`${width}${text ? ` ${text}` : ''} ${address.replace(visit, '')}: ${line}`);
        }
      }
      assert.deepEqual(wrong, []);
    },
  },
  {
    name: 'everything to press on a tablet is as large as a finger',
    ids: ['R-X-18'],
    async walk(world) {
      const wrong = [];
      for (const width of [834, 1024]) {
        const page = await open(world, { viewport: { width, height: 1000 }, touch: true });
        const pages = await pagesOf(page);
        for (const address of pages) {
          await page.goto(address);
          await page.evaluate(() => document.querySelectorAll('details').forEach((details) => (details.open = true)));
          for (const line of await page.evaluate(small)) wrong.push(`${width} ${address.replace(pages[0], '')}: ${line}`);
        }
        await world.closeContexts();
      }
      assert.deepEqual(wrong, []);
    },
  },
  {
    name: 'a record is read from card to source with the keyboard alone',
    ids: ['R-X-18'],
    async walk(world) {
      const page = await world.signIn('minato-ichiro');
      await world.layCard(PATIENT, HOSPITAL);
      const until = async (wanted) => {
        for (let n = 0; n < 200; n += 1) {
          await page.keyboard.press('Tab');
          const seen = await page.evaluate((selector) => {
            const here = document.activeElement;
            const ring = getComputedStyle(here);
            const drawn = here.querySelector?.('.hit');
            const shown = ring.outlineStyle !== 'none' || (drawn && getComputedStyle(drawn).stroke !== 'none');
            return { found: here.matches(selector), shown: shown || here === document.body || here.matches('main, html') };
          }, wanted);
          assert.ok(seen.shown, 'the focus is to be seen');
          if (seen.found) return;
        }
        assert.fail(`${wanted} is not reached`);
      };
      await until('form.readers button');
      await page.keyboard.press('Enter');
      await page.locator('section.band').waitFor({ timeout: 30_000 });
      await until('nav.tabs a[href$="/laboratory"]');
      await page.keyboard.press('Enter');
      await page.locator('table.lab').waitFor();
      await until('.lab th a.tap');
      await page.keyboard.press('Enter');
      await page.locator('svg.trend').waitFor();
      await until('svg.trend a');
      await page.keyboard.press('Enter');
      await page.locator('.sourcefields').waitFor();
    },
  },
  {
    name: 'a reader hears that the page will close and goes on with one press',
    ids: ['R-X-18', 'R-8.2.4'],
    async walk(world) {
      const page = await world.window('minato-ichiro');
      await page.clock.install();
      await page.goto(world.places.professional + '/');
      await world.readCard(page, PATIENT, HOSPITAL);
      const notice = page.locator('[data-leave]');
      assert.equal(await notice.isVisible(), false);
      await page.clock.fastForward('14:30');
      await notice.waitFor({ state: 'visible' });
      assert.deepEqual(await violations(page), []);
      await notice.getByRole('button').click();
      await page.locator('section.band').waitFor();
      assert.equal(await page.locator('[data-leave]').isVisible(), false);
      await page.clock.fastForward('15:10');
      await page.waitForURL(/\/idle/);
      assert.doesNotMatch(await page.locator('body').innerText(), /佐倉/);
    },
  },
  {
    name: 'any other page of a record prints one sentence and nothing of the record',
    ids: ['R-8.2.1', 'R-X-18'],
    async walk(world) {
      const page = await open(world);
      const visit = page.url().split('?')[0];
      for (const address of await pagesOf(page)) {
        await page.goto(address);
        if (!(await page.locator('section.band').count())) continue;
        await page.emulateMedia({ media: 'screen' });
        assert.equal(await page.locator('.onpaper').isVisible(), false, address);
        assert.ok(await page.locator('section.band').isVisible(), address);
        await page.emulateMedia({ media: 'print' });
        await page.evaluate(() => document.querySelectorAll('details').forEach((details) => (details.open = true)));
        const text = (await page.locator('body').innerText()).trim();
        assert.equal(text, 'この画面は印刷できません。画面の右上の「印刷用」を開いて、そこから印刷してください。', address);
        const pdf = await page.pdf({ preferCSSPageSize: true });
        assert.equal(sheets(pdf), 1, address);
        if (address === visit) await world.keep('not-for-paper.pdf', pdf);
      }
    },
  },
  {
    name: 'the paper for a referral names the patient on every sheet and holds nothing to press',
    ids: ['R-X-18'],
    async walk(world) {
      const page = await open(world);
      const visit = page.url().split('?')[0];
      await page.goto(visit + '/paper');
      assert.match(await page.locator('.sheethead').innerText(), /佐倉[\s\S]*昭和29年（1954）3月12日[\s\S]*印刷 20\d\d-\d\d-\d\d 10:0\d ミナト総合病院 湊 一郎/);
      await page.emulateMedia({ media: 'print' });
      assert.equal(await page.locator('button:visible, header.bar:visible, footer:visible').count(), 0);
      const text = await page.locator('main').innerText();
      assert.match(text, /いまの薬[\s\S]*検査結果[\s\S]*7\.8 H[\s\S]*記録を送った施設/);
      const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: false });
      await world.keep('paper.pdf', pdf);
      const count = sheets(pdf);
      assert.ok(count >= 2, `${count} sheets`);
      const drawn = streams(pdf).filter((commands) => /\bBT\b/.test(commands));
      assert.equal(drawn.length, count, 'every sheet has text');
      // The same letters in the same order stand at the head of every sheet: name, birth date, when and by whom. On the
      // last sheet they follow its number, `3 / 3`; a font's letters have the same numbers on all sheets.
      const letters = (commands) => {
        let font = '';
        const found = [];
        for (const [, chosen, shown] of commands.matchAll(/\/(F\d+) [\d.]+ Tf|<([0-9A-Fa-f]+)> Tj/g)) {
          if (chosen) font = chosen;
          else found.push(`${font} ${shown}`);
        }
        return found;
      };
      const head = (await page.locator('.sheethead').innerText()).replaceAll(/\s/g, '').length;
      const wanted = letters(drawn.at(-1)).slice(5, head);
      assert.ok(new Set(wanted).size > 20, 'the head is read');
      drawn.forEach((commands, n) => {
        assert.ok(letters(commands).join().includes(wanted.join()), `sheet ${n + 1} names the patient`);
      });
      for (const commands of drawn) {
        for (const [, r, g, b] of commands.matchAll(/(?:^|\s)([\d.]+) ([\d.]+) ([\d.]+) (?:rg|RG)\b/g)) {
          assert.ok(Math.max(r, g, b) - Math.min(r, g, b) < 0.02, `a colour is on the paper: ${r} ${g} ${b}`);
        }
      }
    },
  },
];
