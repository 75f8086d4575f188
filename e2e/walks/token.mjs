// A professional's card: the key lies in a token with a PIN, and signs there.

import assert from 'node:assert/strict';
import { PIN, answerPin, browserWithToken, giveUp, mechanisms } from '../token.mjs';

const START = { name: '患者カードをかざしてください' };

/** The address for older cards, as the page says it to somebody who came without a certificate. */
async function olderCardsAddress(world) {
  const page = await world.window();
  await page.goto(world.places.professional + '/');
  return page.getByRole('link', { name: /古いカード|older card/i }).getAttribute('href');
}

export const walks = [
  {
    name: 'a doctors key in a token signs in after the PIN over TLS 1.3',
    ids: ['R-8.1.1'],
    async walk(world) {
      const { page, env } = await browserWithToken(world, 'minato-ichiro', { origin: world.places.professional });
      const going = page.goto(world.places.professional + '/');
      await answerPin(env, PIN);
      const answer = await going;
      assert.equal(answer.status(), 200);
      assert.equal((await answer.securityDetails()).protocol, 'TLS 1.3');
      await page.getByRole('heading', START).waitFor();
      assert.match(await page.locator('body').innerText(), /湊 一郎/);
      // The token signs for every connection; the session goes on with the card read.
      await world.readCard(page, 'sakura-hana', 'minato');
      assert.match(await page.locator('section.band').innerText(), /佐倉/);
    },
  },
  {
    name: 'a wrong PIN signs nobody in',
    ids: ['R-8.1.1'],
    async walk(world) {
      const { page, env } = await browserWithToken(world, 'minato-ichiro', { origin: world.places.professional });
      const going = page.goto(world.places.professional + '/').catch((error) => error);
      await answerPin(env, '000000');
      // Asked again; the person gives up, and arrives without a certificate.
      assert.ok((await giveUp(env, going)) > 0, 'the browser asked again');
      const text = await page.locator('body').innerText();
      assert.doesNotMatch(text, /湊 一郎|かざしてください/);
    },
  },
  {
    name: 'an older card that signs PKCS1 only signs in at the door of TLS 1.2',
    ids: ['R-8.1.1', 'R-6.5.2-イ'],
    async walk(world) {
      const older = await olderCardsAddress(world);
      const { page, env } = await browserWithToken(world, 'minato-ichiro', { old: true, origin: new URL(older).origin });
      const can = await mechanisms(env);
      assert.match(can, /SHA256-RSA-PKCS,/);
      assert.doesNotMatch(can, /PSS|X-509/);
      const going = page.goto(older);
      await answerPin(env, PIN);
      const answer = await going;
      assert.equal(answer.status(), 200);
      assert.equal((await answer.securityDetails()).protocol, 'TLS 1.2');
      await page.getByRole('heading', START).waitFor();
      assert.match(await page.locator('body').innerText(), /湊 一郎/);
      await world.readCard(page, 'sakura-hana', 'minato');
      assert.match(await page.locator('section.band').innerText(), /佐倉/);
    },
  },
  {
    name: 'an older card is not let in unproved where TLS 1.3 is spoken',
    ids: ['R-8.1.1'],
    async walk(world) {
      const door = world.places.professional;
      const { page, env } = await browserWithToken(world, 'minato-ichiro', { old: true, origin: door });
      const going = page.goto(door + '/').then((answer) => answer.status(), (error) => error.message);
      await answerPin(env, PIN);
      // The browser finds no signature that both know and stops by itself: no page of ours can say so.
      assert.match(String(await going), /ERR_SSL_CLIENT_AUTH_NO_COMMON_ALGORITHMS/);
      assert.doesNotMatch(await page.locator('body').innerText(), /湊 一郎/);
    },
  },
];
