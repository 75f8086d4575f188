// Whoever must not come in, and what they are told.

import assert from 'node:assert/strict';

async function refusedAtTheDoor(world, key, heading, status) {
  const page = await world.window(key);
  const answer = await page.goto(world.places.professional + '/');
  assert.equal(answer.status(), status);
  assert.match(await page.locator('h1').innerText(), heading);
  const text = await page.locator('main').innerText();
  assert.match(text, /[0-9A-F]{5}-[0-9A-F]{5}/, 'a number for the desk');
  assert.match(text, /サポートセンター/, 'whom to call');
  return page;
}

async function cardRefused(world, person, patient, institution, name) {
  const page = await world.signIn(person);
  await world.readCard(page, patient, institution);
  assert.match(await page.locator('h1').innerText(), /このカードでは記録を開けません/);
  const text = await page.locator('main').innerText();
  await page.goto(world.places.professional + '/');
  // Whoever else may be seen today: not this one.
  assert.doesNotMatch(await page.locator('main').innerText(), name);
  return text.replaceAll(/[0-9A-F]{5}-[0-9A-F]{5}/g, 'N').replaceAll(/\d+:\d+(:\d+)?/g, 'T');
}

export const walks = [
  {
    name: 'no certificate is told what to do',
    ids: ['R-8.1.1', 'R-X-02'],
    walk: (world) => refusedAtTheDoor(world, undefined, /証明書が選ばれていません/, 401),
  },
  {
    name: 'a revoked certificate is refused',
    ids: ['R-8.1.1'],
    walk: (world) => refusedAtTheDoor(world, 'kumoi', /失効しています/, 401),
  },
  {
    name: 'a test certificate does not open a doctors account',
    ids: ['R-8.1.2'],
    walk: (world) => refusedAtTheDoor(world, 'saginuma', /テスト用の証明書では入れません/, 403),
  },
  {
    name: 'a nurse with a test certificate works and sees テスト用',
    ids: ['R-8.1.2'],
    async walk(world) {
      const page = await world.signIn('namiki');
      await page.getByRole('heading', { name: '患者カードをかざしてください' }).waitFor();
      assert.match(await page.locator('header').innerText(), /テスト用/);
    },
  },
  {
    name: 'a profession that the register does not know is refused',
    ids: ['R-8.1.1'],
    walk: (world) => refusedAtTheDoor(world, 'kirishima', /職種が合いません/, 403),
  },
  {
    name: 'a certificate of nobody in the register is refused',
    ids: ['R-8.1.1'],
    walk: (world) => refusedAtTheDoor(world, 'yukino', /利用者として確かめられません/, 403),
  },
  {
    name: 'withdrawn consent and consent of the own area only give one answer',
    ids: ['R-X-21', 'R-8.2.4-ア', 'R-1.6.1'],
    async walk(world) {
      const none = await cardRefused(world, 'minato-ichiro', 'oki-haruko', 'minato', /沖/);
      await world.takeCardsAway();
      const ownArea = await cardRefused(world, 'minato-ichiro', 'isobe-kiyo', 'minato', /磯部/);
      assert.equal(none, ownArea);
      await world.takeCardsAway();
      const home = await world.signIn('aoba-makoto');
      await world.readCard(home, 'isobe-kiyo', 'aoba');
      assert.match(await home.locator('section.band').innerText(), /磯部/);
    },
  },
  {
    name: 'another institutions visit is no address here',
    ids: ['R-8.2.4'],
    async walk(world) {
      const minato = await world.signIn('minato-ichiro');
      await world.readCard(minato, 'sakura-hana', 'minato');
      const visit = minato.url();
      const aoba = await world.signIn('aoba-makoto');
      const foreign = await aoba.goto(visit);
      const one = [foreign.status(), await aoba.locator('h1').innerText()];
      const nowhere = await aoba.goto(visit.replace(/[^/]+$/, '00000000-0000-7000-8000-000000000000'));
      assert.deepEqual(one, [nowhere.status(), await aoba.locator('h1').innerText()]);
      assert.equal(foreign.status(), 403);
    },
  },
  {
    name: 'what a patient hid leaves no trace',
    ids: ['R-X-15'],
    async walk(world) {
      const page = await world.signIn('minato-ichiro');
      await world.readCard(page, 'sakura-hana', 'minato');
      const visit = page.url();
      for (const tab of ['', '/course', '/medicines', '/laboratory', '/diagnoses', '/encounters', '/others']) {
        await page.goto(visit + tab);
        const text = await page.locator('body').innerText();
        assert.doesNotMatch(text, /シラサギ|イソブエ|歯/, `the hidden dental clinic shows on ${tab || 'the summary'}`);
      }
    },
  },
  {
    name: 'under another name or a bare address nothing answers',
    ids: ['R-6.5.2-ア'],
    async walk(world) {
      const page = await world.signIn('minato-ichiro');
      for (const entrance of [world.places.professional, world.places.patient]) {
        const answer = await page.goto(entrance.replace('localhost', '127.0.0.1') + '/');
        assert.equal(answer.status(), 421);
        const text = await page.locator('body').innerText();
        assert.match(text, /この名前では、こちらをお使いになれません/);
        assert.doesNotMatch(text, /連携|湊|受付番号/);
      }
      await page.goto(world.places.professional + '/');
      assert.match(await page.locator('body').innerText(), /湊 一郎/, 'the session was not touched');
    },
  },
  {
    name: 'professional addresses do not exist at the patient entrance',
    ids: ['R-6.5.2-ア', 'R-6.5.2-イ'],
    async walk(world) {
      const page = await world.window('minato-ichiro');
      for (const path of ['/visits/00000000-0000-7000-8000-000000000000', '/read', '/nothing']) {
        const answer = await page.goto(world.places.patient + path);
        assert.equal(answer.status(), 404);
      }
      const greeting = await page.goto(world.places.patient + '/');
      assert.equal(greeting.status(), 200);
    },
  },
];
