// Charts and calendar: what they show without scripts, and what the islands add (hover, zoom, keys, fingers).

import assert from 'node:assert/strict';

const HOSPITAL = 'minato';
const PATIENT = 'sakura-hana';

async function laboratory(world, options) {
  const page = await world.signIn('minato-ichiro', options);
  await world.readCard(page, PATIENT, HOSPITAL);
  await page.getByRole('link', { name: '検査', exact: true }).click();
  return page;
}

async function item(page, name) {
  const link = page.locator('.lab th a.tap', { hasText: name }).first();
  return new URL(await link.evaluate((a) => a.href)).searchParams.get('item');
}

/** HbA1c and eGFR under each other. */
async function together(world, options) {
  const page = await laboratory(world, options);
  const items = [await item(page, 'ＨｂＡ１ｃ'), await item(page, 'ｅＧＦＲ')];
  await page.goto(`${page.url().split('?')[0]}?item=${items.join(',')}`);
  return page;
}

const shown = (page) => page.locator('svg.trend').first().locator('a:not([visibility])').count();
/** Where a point stands in its drawing. */
const place = (link) => link.evaluate((a) => Number(/translate\(([-\d.]+)/.exec(a.getAttribute('transform'))[1]));

export const walks = [
  {
    name: 'a point tells value, range, day in both calendars and institution, and leads to its source',
    ids: ['R-X-18', 'R-X-03'],
    async walk(world) {
      const page = await together(world);
      const point = page.locator('svg.trend').first().locator('a').last();
      await point.hover({ force: true });
      const tip = page.locator('.tip');
      await tip.waitFor({ state: 'visible' });
      assert.match(await tip.innerText(), /令和\d+年（20\d\d）\d+月\d+日[\s\S]*7\.8 % H \(基準値 4\.9-6\.0\)[\s\S]*ミナト総合病院[\s\S]*出典を見る/);
      await world.picture(page, 'chart-hover');
      const source = await point.getAttribute('href');
      assert.equal(await tip.locator('a').getAttribute('href'), source);
      await page.mouse.move(5, 5);
      await tip.waitFor({ state: 'hidden' });
      await point.focus();
      await tip.waitFor({ state: 'visible' });
      await page.keyboard.press('Escape');
      await tip.waitFor({ state: 'hidden' });
      await page.keyboard.press('Enter');
      await page.waitForURL((address) => address.pathname === source);
      assert.match(await page.locator('main').innerText(), /OBX/);
    },
  },
  {
    name: 'several analytes lie on one axis of time and are zoomed together',
    ids: ['R-X-18'],
    async walk(world) {
      const page = await together(world);
      assert.equal(await page.locator('svg.trend').count(), 2);
      const all = await shown(page);
      // The same day stands at the same place in both.
      const at = async (n) => {
        const link = page.locator('svg.trend').nth(n).locator('a').last();
        return [await link.getAttribute('data-at'), await place(link)];
      };
      assert.deepEqual(await at(0), await at(1));
      await page.getByRole('button', { name: '拡大' }).click();
      const zoomed = await shown(page);
      assert.ok(zoomed > 0 && zoomed < all, `${zoomed} of ${all}`);
      await page.getByRole('button', { name: '前の期間' }).click();
      const first = await page.locator('svg.trend .across text').first().textContent();
      await page.getByRole('button', { name: '後の期間' }).click();
      assert.notEqual(await page.locator('svg.trend .across text').first().textContent(), first);
      await page.getByRole('link', { name: '3か月', exact: true }).click();
      assert.equal(await page.locator('nav.ranges a[aria-current]').innerText(), '3か月');
      await page.getByRole('link', { name: '全期間', exact: true }).click();
      assert.equal(await shown(page), all);
      const box = await page.locator('svg.trend').first().boundingBox();
      await page.mouse.move(box.x + box.width * 0.5, box.y + 40);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.8, box.y + 40, { steps: 5 });
      await page.mouse.up();
      assert.ok((await shown(page)) < all, 'a span was drawn out');
      await page.keyboard.down('Control');
      for (let n = 0; n < 12; n += 1) await page.mouse.wheel(0, 240);
      await page.keyboard.up('Control');
      await page.waitForFunction((count) => document.querySelector('svg.trend').querySelectorAll('a:not([visibility])').length === count, all);
    },
  },
  {
    name: 'the points of a chart are walked, zoomed and moved with keys',
    ids: ['R-X-18'],
    async walk(world) {
      const page = await together(world);
      const here = () => page.evaluate(() => [document.activeElement.closest('svg')?.id, document.activeElement.dataset.at]);
      assert.equal(await page.locator('svg.trend').first().locator('a[tabindex="0"]').count(), 1, 'one stop of Tab');
      await page.locator('svg.trend').first().locator('a[tabindex="0"]').focus();
      const newest = await here();
      await page.keyboard.press('ArrowLeft');
      const before = await here();
      assert.ok(Number(before[1]) < Number(newest[1]));
      const all = await shown(page);
      await page.keyboard.press('+');
      assert.ok((await shown(page)) < all);
      assert.deepEqual(await here(), before, 'the point stays under the reader');
      await page.keyboard.press('0');
      assert.equal(await shown(page), all);
      await page.keyboard.press('ArrowDown');
      assert.notEqual((await here())[0], before[0], 'the other graph');
      assert.match(await page.locator('.tip').innerText(), /ｅＧＦＲ/);
    },
  },
  {
    name: 'two fingers zoom a chart and the first touch of a point only shows it',
    ids: ['R-X-18'],
    async walk(world) {
      const page = await together(world, { viewport: { width: 834, height: 1112 }, touch: true });
      const svg = page.locator('svg.trend').first();
      await svg.scrollIntoViewIfNeeded();
      const point = svg.locator('a:not([visibility])').last();
      const box = await point.locator('path').boundingBox();
      const address = page.url();
      await page.touchscreen.tap(box.x + box.width / 2, box.y + box.height / 2);
      await page.locator('.tip').waitFor({ state: 'visible' });
      assert.equal(page.url(), address);
      const all = await shown(page);
      const area = await svg.boundingBox();
      const session = await page.context().newCDPSession(page);
      const fingers = (type, a, b) =>
        session.send('Input.dispatchTouchEvent', {
          type,
          touchPoints: type === 'touchEnd' ? [] : [a, b].map((x, id) => ({ x: area.x + area.width * x, y: area.y + area.height / 2, id })),
        });
      await fingers('touchStart', 0.45, 0.55);
      for (let n = 1; n <= 6; n += 1) await fingers('touchMove', 0.45 - n * 0.05, 0.55 + n * 0.05);
      await fingers('touchEnd');
      assert.ok((await shown(page)) < all, 'pinched');
    },
  },
  {
    name: 'without scripts a chart has its periods, its sources and its tables',
    ids: ['R-X-18'],
    async walk(world) {
      const page = await together(world, { scripts: false });
      const all = await shown(page);
      for (const table of await page.locator('.chart .values-behind').all()) assert.ok((await table.locator('tbody tr').count()) > 5);
      await page.getByRole('link', { name: '1年', exact: true }).click();
      const year = await shown(page);
      assert.ok(year > 0 && year < all, `${year} of ${all}`);
      await page.getByRole('link', { name: '前の期間' }).click();
      assert.notEqual(await page.locator('svg.trend .across text').first().textContent(), undefined);
      await page.getByRole('link', { name: '後の期間' }).click();
      assert.equal(await shown(page), year);
      await page.locator('svg.trend a:not([visibility])').last().locator('path').click({ force: true });
      await page.waitForURL(/\/source\//);
      assert.match(await page.locator('main').innerText(), /OBX/);
    },
  },
  {
    name: 'the same medicine from two institutions is an overlap in words, with sources and a table behind',
    ids: ['R-X-18'],
    async walk(world) {
      const page = await world.signIn('minato-ichiro');
      await world.readCard(page, PATIENT, HOSPITAL);
      await page.getByRole('link', { name: '薬', exact: true }).first().click();
      const overlap = page.locator('.bars a.overlap').first();
      assert.match(await overlap.locator('title').textContent(), /^重なり 20\d\d-\d\d-\d\d – 20\d\d-\d\d-\d\d .+ \/ .+/);
      assert.equal(await overlap.locator('text').textContent(), '重なり');
      const behind = page.locator('section[aria-labelledby="rx-bars"] details.behind');
      await behind.locator('summary').click();
      assert.match(await behind.innerText(), /重なり/);
      await page.locator('section[aria-labelledby="rx-bars"]').scrollIntoViewIfNeeded();
      await world.picture(page, 'bars');
      await page.locator('.bars svg a').first().focus();
      await page.keyboard.press('ArrowDown');
      const row = await page.evaluate(() => document.activeElement.closest('tr').rowIndex);
      assert.equal(row, 2, 'the row below');
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/source\//);
      assert.match(await page.locator('main').innerText(), /RXE|RXD|RXC/);
    },
  },
  {
    name: 'the calendar shows visits and stays and is walked with the arrow keys',
    ids: ['R-X-18'],
    async walk(world) {
      const page = await world.signIn('minato-ichiro');
      await world.readCard(page, PATIENT, HOSPITAL);
      const rows = await page.locator('.cal tbody th').allInnerTexts();
      assert.ok(rows.includes('受診') && rows.includes('入院'), rows.join());
      const here = () =>
        page.evaluate(() => {
          const cell = document.activeElement.closest('td');
          return [cell?.parentElement.rowIndex, cell?.cellIndex, document.activeElement.textContent];
        });
      await page.locator('.cal a').first().focus();
      const first = await here();
      await page.keyboard.press('ArrowRight');
      const second = await here();
      assert.equal(second[0], first[0]);
      assert.notDeepEqual(second, first);
      await page.keyboard.press('ArrowDown');
      assert.ok((await here())[0] > first[0]);
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('End');
      assert.match((await here())[2], /件|日/);
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/course\?range=1y#m20/);
    },
  },
];
