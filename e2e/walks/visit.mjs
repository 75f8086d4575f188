// An ordinary visit with the card (scenario S05), by a doctor of the other medical area.

import assert from 'node:assert/strict';

const HOSPITAL = 'minato';

export const walks = [
  {
    name: 'a doctor of the other area touches the card and the record opens',
    ids: ['R-8.2.4-ア', 'R-8.2.4', 'R-X-21'],
    async walk(world) {
      const page = await world.signIn('minato-ichiro');
      await page.getByRole('heading', { name: '患者カードをかざしてください' }).waitFor();
      await world.picture(page, 'start');
      await world.readCard(page, 'sakura-hana', HOSPITAL);
      const band = page.locator('section.band');
      assert.match(await band.innerText(), /佐倉/);
      assert.match(await band.innerText(), /昭和29年（1954）3月12日/);
      assert.match(await band.innerText(), /ペニシリン/);
      const why = await page.locator('.why').innerText();
      assert.match(why, /患者カードの提示 10:0\d（受付1）/);
      assert.match(why, /権限表/);
      assert.match(await page.locator('main').innerText(), /アオバ内科|ア/);
      await world.picture(page, 'patient');
      await page.getByRole('link', { name: '検査', exact: true }).click();
      assert.match(await page.locator('main').innerText(), /ＨｂＡ１ｃ|HbA1c/);
      for (const value of await page.locator('main a.num, main td a').all()) {
        await value.click();
        break;
      }
      assert.match(await page.locator('main').innerText(), /OBX/, 'every value opens its source');
    },
  },
  {
    name: 'the identity band stays in sight while the page is scrolled',
    ids: ['R-8.2.4'],
    async walk(world) {
      const page = await world.signIn('minato-ichiro');
      await world.readCard(page, 'sakura-hana', HOSPITAL);
      await page.mouse.wheel(0, 1200);
      await page.waitForFunction(() => window.scrollY > 400);
      const box = await page.locator('section.band').boundingBox();
      assert.ok(box && box.y >= -1 && box.y < 200, `the band is at ${box?.y}`);
    },
  },
  {
    name: 'the screen is covered with one key and uncovered by hand',
    ids: ['R-8.2.4'],
    async walk(world) {
      const page = await world.signIn('minato-ichiro');
      await world.readCard(page, 'sakura-hana', HOSPITAL);
      const visit = page.url();
      // The key works once the page's script has come.
      await page.waitForLoadState('load');
      await page.keyboard.press('F9');
      await page.waitForURL(/\/cover/);
      assert.doesNotMatch(await page.locator('body').innerText(), /佐倉/);
      await page.getByRole('link', { name: 'つづける' }).click();
      await page.waitForURL(visit);
      await page.goBack();
      await page.goForward();
      assert.match(await page.locator('section.band').innerText(), /佐倉/);
    },
  },
  {
    name: 'the next day the same address opens nothing',
    ids: ['R-8.2.4', 'R-X-03'],
    async walk(world) {
      const page = await world.signIn('minato-ichiro');
      await world.readCard(page, 'sakura-hana', HOSPITAL);
      const visit = page.url();
      await world.setClock(world.at('00:00', 1));
      await page.goto(world.places.professional + '/');
      await page.goto(world.places.professional + '/');
      const answer = await page.goto(visit);
      assert.equal(answer.status(), 403);
      assert.match(await page.locator('h1').innerText(), /この方の記録を見る許可がありません/);
      assert.doesNotMatch(await page.locator('body').innerText(), /佐倉/);
    },
  },
  {
    name: 'sources that are late are told on the start page beside an open visit, hidden ones never',
    ids: ['R-X-17', 'R-X-15'],
    async walk(world) {
      await world.setClock(world.at('23:00', 2));
      const page = await world.signIn('minato-ichiro');
      const notices = page.locator('section', { has: page.locator('#notices') });
      await world.readCard(page, 'sakura-hana', HOSPITAL);
      assert.match(await page.locator('body').innerText(), /（遅れ）/);
      await page.goto(world.places.professional + '/');
      const told = await notices.innerText();
      assert.match(told, /アオバ[^\n]*のデータは 20\d\d-\d\d-\d\d \d+:\d\d まで（遅れ）/);
      assert.doesNotMatch(told, /シラサギ|イソブエ|歯/, 'the hidden dental clinic has no lag');
      await world.picture(page, 'start-late');
      await page.goto(page.url());
      await page.locator('a.button', { hasText: '開く' }).first().click();
      await page.getByRole('button', { name: '診察を終える' }).click();
      await page.getByRole('heading', { name: '患者カードをかざしてください' }).waitFor();
      assert.doesNotMatch(await page.locator('main').innerText(), /アオバ/, 'without a visit nobody else\'s source');
    },
  },
  {
    name: 'a closed visit opens nothing',
    ids: ['R-8.2.4'],
    async walk(world) {
      const page = await world.signIn('minato-ichiro');
      await world.readCard(page, 'sakura-hana', HOSPITAL);
      const visit = page.url();
      await page.getByRole('button', { name: '診察を終える' }).click();
      await page.getByRole('heading', { name: '患者カードをかざしてください' }).waitFor();
      const answer = await page.goto(visit);
      assert.equal(answer.status(), 403);
    },
  },
  {
    name: 'everything can be read and sent without scripts',
    ids: ['R-8.2.4-ア'],
    async walk(world) {
      const page = await world.signIn('minato-ichiro', { scripts: false });
      await world.readCard(page, 'sakura-hana', HOSPITAL);
      for (const tab of ['経過', '薬', '検査', '病名', '受診・入院', '画像・その他', 'まとめ']) {
        await page.getByRole('link', { name: tab, exact: true }).first().click();
        assert.match(await page.locator('section.band').innerText(), /佐倉/);
        assert.ok((await page.locator('main').innerText()).length > 100, tab);
      }
    },
  },
  {
    name: 'a card in the certificate store of the browser itself signs in',
    ids: ['R-8.1.1'],
    async walk(world) {
      const page = await world.ownStore('minato-ichiro');
      await page.goto(world.places.professional + '/');
      await page.getByRole('heading', { name: '患者カードをかざしてください' }).waitFor();
      assert.match(await page.locator('body').innerText(), /湊 一郎/);
    },
  },
  {
    name: 'narrow screens and large text hide nothing',
    ids: ['R-8.2.4'],
    async walk(world) {
      for (const width of [1366, 1024, 390]) {
        const page = await world.signIn('minato-ichiro', { viewport: { width, height: 900 } });
        await world.readCard(page, 'sakura-hana', HOSPITAL);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        assert.ok(overflow <= 1, `${width} px: the page is ${overflow} px too wide`);
        await world.picture(page, `patient-${width}`);
        await page.getByRole('button', { name: '診察を終える' }).click();
        // A window that is closed with its answer under way may never close.
        await page.getByRole('heading', { name: '患者カードをかざしてください' }).waitFor();
        await world.closeContexts();
      }
    },
  },
];
