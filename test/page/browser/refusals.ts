import { readFileSync } from 'node:fs';
import t from 'tap';
import { colourLane, type RunBatch, serveApp } from '../../helpers/serve-app.js';
import { until } from '../../helpers/until.js';
import { visit } from './visit.js';

const CUBE = 'images/1.jpg';

t.test('what is no image, or too large, is refused with a sentence', async (t) => {
  const { url } = await serveApp(t);
  await visit(t, url, async (page) => {
    await page.locator('#model-facts', { hasText: 'colours' }).waitFor();
    const image = { name: 'a.jpg', mimeType: 'image/jpeg' };
    await page.setInputFiles('#file', { ...image, buffer: Buffer.from('no image') });
    const refusal = page.getByRole('alert');
    await refusal.getByText('undecodable_image').waitFor();
    t.match(
      await refusal.innerText(),
      /^The image cannot be decoded\n+Send a complete image: .*\n+Status 400, code /,
    );
    t.notOk(await page.locator('#preview').isVisible());
    await page.setInputFiles('#file', { ...image, buffer: Buffer.alloc(17 * 1024 * 1024) });
    await refusal.getByText(/body_too_large|server\.maxBodyBytes/).waitFor();
    await page.setInputFiles('#file', CUBE);
    await page.locator('#answer').waitFor();
    t.equal(await refusal.innerText(), '', 'the next image clears it');
  });
});

t.test(
  'a full queue is told, and the image can be sent again after the time that the server asks for',
  async (t) => {
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const lane: RunBatch = async (images, paddedSize) => {
      await released;
      return await colourLane(images, paddedSize);
    };
    const limits = { maxBatchSize: 1, maxQueueSize: 1, defaultTimeoutMs: 60_000 };
    const curve = [{ batchSize: 1, ms: 5000 }];
    const { url, classify, batcher } = await serveApp(t, { lane, limits, curve });
    const image = readFileSync(CUBE);
    const waiting = [classify(image)];
    await until(() => batcher.unsettled === 1 && batcher.undispatched === 0);
    waiting.push(classify(image));
    await until(() => batcher.undispatched === 1);
    await visit(t, url, async (page) => {
      await page.locator('#model-facts', { hasText: 'colours' }).waitFor();
      t.notOk(await page.locator('#model').isVisible(), 'there is only one model');
      await page.locator('#live').waitFor();
      await page.setInputFiles('#file', CUBE);
      const refusal = page.getByRole('alert');
      await refusal.getByText('queue_full').waitFor();
      t.match(await refusal.innerText(), /at capacity[\s\S]*Retry-After: \d+ seconds\.[\s\S]*503/);
      t.ok(await page.locator('#again').isDisabled());
      await page.locator('#refused', { hasText: 'queue_full' }).waitFor();
      release();
      await Promise.all(waiting);
      await page.locator('#again').click();
      await page.locator('#answer').waitFor();
      t.equal(await refusal.innerText(), '');
    });
  },
);

t.test('a server that is not ready yet says so', async (t) => {
  const { url, lifecycle } = await serveApp(t, { isWarm: false });
  await visit(t, url, async (page) => {
    await page.locator('#model-facts', { hasText: 'The model is not ready' }).waitFor();
    t.equal(lifecycle.notReady, 'starting');
    await page.setInputFiles('#file', CUBE);
    await page.getByRole('alert').getByText('No model is ready').waitFor();
  });
});
