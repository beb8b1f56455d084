import t from 'tap';
import { writeModelFolder } from '../../helpers/onnx-models.js';
import { startServer } from '../../helpers/start-server.js';
import { until } from '../../helpers/until.js';
import { styleOf, visit } from './visit.js';

const CUBE = 'images/1.jpg';
const STOP_SIGN = 'images/4.jpg';
const colours = t.testdir();
writeModelFolder(colours);
const url = await startServer(t, ['--model', 'models/demo', '--model', colours]).url;

for (const width of [1280, 360]) {
  for (const colorScheme of ['light', 'dark'] as const) {
    t.test(`nothing is cut off at ${width} px, ${colorScheme}`, async (t) => {
      const viewport = { width, height: 800 };
      await visit(
        t,
        url,
        async (page) => {
          await page.locator('#live').waitFor();
          await page.setInputFiles('#file', STOP_SIGN);
          await page.locator('#answer').waitFor();
          await page.locator('#reasons > li').waitFor();
          const widest = await page.evaluate('document.documentElement.scrollWidth');
          t.equal(widest, width);
          const cut = await page.evaluate(`[...document.querySelectorAll('main *')]
          .filter((one) => one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 1)
          .map(({ outerHTML }) => outerHTML)`);
          t.same(cut, []);
          const [red] = (await styleOf(page, 'html', 'backgroundColor')).match(/\d+/g) ?? [];
          t.equal(Number(red) < 128, colorScheme === 'dark');
        },
        { viewport, colorScheme },
      );
    });
  }
}

t.test('the keyboard reaches everything, in order', async (t) => {
  await visit(t, url, async (page) => {
    await page.locator('#model-facts', { hasText: 'demo' }).waitFor();
    await page.keyboard.press('Tab');
    const focused = () => page.evaluate('document.activeElement.id');
    t.equal(await focused(), 'model');
    await page.keyboard.press('Tab');
    t.equal(await focused(), 'file');
    t.equal(await styleOf(page, 'label .button', 'outlineStyle'), 'solid');
    const chooser = page.waitForEvent('filechooser');
    let isOpen = false;
    void chooser.then(() => {
      isOpen = true;
    });
    // A busy browser may take the first key for itself.
    await until(async () => {
      if (!isOpen) await page.keyboard.press('Enter');
      return isOpen;
    });
    await (await chooser).setFiles(CUBE);
    await page.locator('#answer').waitFor();
    t.equal(await focused(), 'file', 'an answer does not move the focus');
    await page.keyboard.press('Tab');
    t.equal(await focused(), 'again');
    await page.keyboard.press('Tab');
    t.equal(await focused(), 'pause');
  });
});

t.test('bars move only for those who have not asked for less motion', async (t) => {
  for (const [reducedMotion, seconds] of [
    ['reduce', '0s'],
    ['no-preference', '0.2s'],
  ] as const) {
    await visit(
      t,
      url,
      async (page) => {
        await page.locator('#lanes .bar').waitFor({ state: 'attached' });
        t.equal(await styleOf(page, '#lanes .bar', 'transitionDuration'), seconds);
      },
      { reducedMotion },
    );
  }
});
