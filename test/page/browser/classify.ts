import { readFileSync } from 'node:fs';
import t from 'tap';
import { startServer } from '../../helpers/start-server.js';
import { until } from '../../helpers/until.js';
import { rowsOf, textOf, visit } from './visit.js';

const CUBE = 'images/1.jpg';
const STOP_SIGN = 'images/4.jpg';
const url = await startServer(t).url;

/** The expression of a transfer of one file, as a drop or the clipboard gives it. */
function transferOf(path: string): string {
  const bytes = JSON.stringify([...readFileSync(path)]);
  return `(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([Uint8Array.from(${bytes})], 'image.jpg', { type: 'image/jpeg' }));
    return transfer;
  })()`;
}

t.test('a chosen image gets its classes and its timeline', async (t) => {
  await visit(t, url, async (page) => {
    await page.setInputFiles('#file', CUBE);
    await page.locator('#answer').waitFor();
    const classes = await rowsOf(page, '#classes');
    t.equal(classes.length, 5);
    t.match(classes[0], /^d00000001 cube, hexahedron\n+100\.00 %$/);
    const stages = await rowsOf(page, '#timeline');
    for (const [i, name] of ['receive', 'decode', 'queue', 'infer', 'respond'].entries())
      t.match(stages[i], new RegExp(`^${name}\\n+\\d+(\\.\\d+)? m?s\\n+\\S`));
    t.match(stages[2], /batch of 1 image, which left because a lane was idle\.$/);
    t.match(await textOf(page, '#status'), /^d00000001 cube, hexahedron: 100\.00 %, after /);
    t.match(await textOf(page, '#request-id'), /^[\w-]{36}$/);
    t.ok(
      await page
        .locator('#preview')
        .evaluate((image: { naturalWidth: number }) => image.naturalWidth),
    );
    const bars = await page
      .locator('#timeline .bar')
      .evaluateAll((all) => all.map((bar) => bar.getBoundingClientRect().toJSON()));
    for (const [i, bar] of bars.entries())
      t.ok(i === 0 || bar.left >= bars[i - 1].right - 3, 'stages follow one another');
  });
});

t.test('a dropped and a pasted image are classified too', async (t) => {
  await visit(t, url, async (page) => {
    const drop = `new DragEvent('drop', { dataTransfer: ${transferOf(STOP_SIGN)} })`;
    await page.evaluate(`document.dispatchEvent(${drop})`);
    await page.locator('#status', { hasText: 'stop sign' }).waitFor();
    const paste = `new ClipboardEvent('paste', { clipboardData: ${transferOf(CUBE)} })`;
    await page.evaluate(`document.dispatchEvent(${paste})`);
    await page.locator('#status', { hasText: 'cube' }).waitFor();
    const requestId = await textOf(page, '#request-id');
    await page.locator('#again').click();
    await until(async () => (await textOf(page, '#request-id')) !== requestId);
    t.equal((await rowsOf(page, '#classes')).length, 5);
  });
});
