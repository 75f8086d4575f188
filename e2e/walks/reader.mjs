// Whoever sets up a desk sees how its readers are.

import assert from 'node:assert/strict';

export const walks = [
  {
    name: 'the page of readers shows the institutions own readers and what to do',
    ids: ['R-8.2.4-ア'],
    async walk(world) {
      for (const width of [1366, 1024, 390]) {
        const page = await world.signIn('minato-ichiro', { viewport: { width, height: 900 } });
        await page.getByRole('link', { name: '読取機をつなぐ・つながらないとき' }).click();
        await page.getByRole('heading', { name: /この施設の読取機/ }).waitFor();
        const text = await page.locator('main').innerText();
        assert.match(text, /受付1の読取機/);
        assert.match(text, /つながっています/);
        assert.match(text, /renkei-card-agent enrol/);
        assert.doesNotMatch(text, /アオバ/, 'another institution');
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        assert.ok(overflow <= 1, `${width} px: the page is ${overflow} px too wide`);
        await world.picture(page, `reader-setup-${width}`);
        await world.closeContexts();
      }
      const english = await world.signIn('minato-ichiro', { locale: 'en-GB' });
      await english.goto(world.places.professional + '/reader-setup');
      await world.picture(english, 'reader-setup-english');
      const stranger = await world.window();
      const answer = await stranger.goto(world.places.professional + '/reader-setup');
      assert.notEqual(answer.status(), 200, 'not without a session');
    },
  },
];
