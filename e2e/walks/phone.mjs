// A phone of 390 px: a doctor on the way looks something up. Nothing is cut, squeezed or out of reach of a finger.

import assert from 'node:assert/strict';

const PHONE = { viewport: { width: 390, height: 844 }, touch: true };
/** A finger's target (R-X-18); one pixel for rounding. */
const FINGER = 43;

/** No sideways scrolling, no key hints, and no button of the bar on two lines. */
async function fits(page, name) {
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(overflow <= 1, `${name}: the page is ${overflow} px too wide`);
  const keys = await page.locator('kbd').evaluateAll((all) => all.filter((key) => key.getClientRects().length > 0).length);
  assert.equal(keys, 0, `${name}: a phone has no F9`);
  const buttons = await page.locator('.bar .button, .bar button').evaluateAll((all) =>
    all.map((button) => {
      const words = document.createRange();
      words.selectNodeContents(button);
      const tops = new Set([...words.getClientRects()].filter((r) => r.width > 0).map((r) => Math.round(r.top)));
      return { text: button.innerText, lines: tops.size, height: button.getBoundingClientRect().height };
    }),
  );
  for (const button of buttons) {
    assert.equal(button.lines, 1, `${name}: 「${button.text}」 stands on ${button.lines} lines`);
    assert.ok(button.height >= FINGER, `${name}: 「${button.text}」 is ${button.height} px high`);
  }
}

export const walks = [
  {
    name: 'a phone shows every page whole, in both languages',
    ids: ['R-X-18', 'R-8.2.4'],
    async walk(world) {
      for (const [language, suffix] of [['ja', ''], ['en', '-en']]) {
        const page = await world.signIn('minato-ichiro', PHONE);
        if (language === 'en') await page.getByRole('button', { name: 'English' }).click();
        const look = async (name) => {
          await page.waitForLoadState('load');
          await fits(page, `${name}${suffix}`);
          await world.picture(page, `phone-${name}${suffix}`);
          if (world.pictures) await page.screenshot({ path: `${world.pictures}/phone-${name}${suffix}-whole.png`, fullPage: true });
        };
        await look('start');
        await page.goto(world.places.professional + '/reader-setup');
        await look('reader-setup');
        await page.goto(world.places.professional + '/');
        await world.layCard('sakura-hana', 'minato');
        await page.locator('form.readers button').first().click();
        await page.locator('section.band').waitFor();
        const visit = page.url();
        await look('patient');
        for (const tab of ['course', 'medicines', 'laboratory', 'diagnoses', 'encounters', 'others', 'paper']) {
          await page.goto(`${visit}/${tab}`);
          await look(tab);
        }
        await page.goto(`${visit}/laboratory`);
        const link = page.locator('.lab th a.tap').first();
        await page.goto(await link.evaluate((a) => a.href));
        await look('laboratory-chart');
        await page.goto(visit);
        await page.locator('footer form').last().locator('button').click();
        await page.waitForLoadState('load');
        await look('ended');
        await world.closeContexts();
      }
    },
  },
];
