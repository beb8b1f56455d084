import { readFileSync } from 'node:fs';
import t from 'tap';
import { solidJpeg } from '../../helpers/make-jpeg.js';
import { writeModelFolder } from '../../helpers/onnx-models.js';
import { startServer } from '../../helpers/start-server.js';
import { until } from '../../helpers/until.js';
import { rowsOf, textOf, visit } from './visit.js';

const CUBE = 'images/1.jpg';
const colours = t.testdir();
writeModelFolder(colours);
const server = startServer(t, ['--model', 'models/demo', '--model', colours]);
const url = await server.url;

t.test('the live figures follow the traffic, and can be paused', async (t) => {
  await visit(t, url, async (page) => {
    await page.locator('#live').waitFor();
    t.match(await textOf(page, '#p99'), 'none');
    const body = readFileSync(CUBE);
    await until(async () => {
      await fetch(`${url}/api/classify`, { method: 'POST', body });
      return (await textOf(page, '#rate')) !== '0';
    });
    await page.locator('#p99', { hasText: /m?s$/ }).waitFor();
    t.match(await textOf(page, '#mean-batch-size'), /^\d+\.\d$/);
    t.match(await rowsOf(page, '#sizes'), [/^1\n+100 %$/]);
    t.match(await rowsOf(page, '#lanes'), [/^Lane 0\.0\n+\d+ % busy$/]);
    t.match(
      await textOf(page, '#live-state'),
      /^The last \d+ seconds?, over all serving processes$/,
    );
    const pause = page.getByRole('button', { name: 'Pause', pressed: false });
    await pause.click();
    t.equal(await textOf(page, '#live-state'), 'Paused');
    let polls = 0;
    page.on('request', (request) => {
      if (request.url().endsWith('/metrics')) polls++;
    });
    await page.getByRole('button', { name: 'Pause', pressed: true }).click();
    await page.locator('#live-state', { hasText: 'The last' }).waitFor();
    t.ok(polls >= 2);
  });
});

t.test('the model can be chosen, and has its own figures', async (t) => {
  await visit(t, url, async (page) => {
    await page.locator('#model-facts', { hasText: 'demo · 20 classes' }).waitFor();
    t.same(await page.locator('#model option').allInnerTexts(), ['demo', 'tiny']);
    await page.selectOption('#model', 'tiny');
    await page.locator('#model-facts', { hasText: 'tiny · ' }).waitFor();
    await page.locator('#live').waitFor();
    const buffer = solidJpeg(16, 16, [255, 0, 0]);
    await page.setInputFiles('#file', { name: 'red.jpg', mimeType: 'image/jpeg', buffer });
    await page.locator('#status', { hasText: 'red' }).waitFor();
    await page.locator('#reasons', { hasText: 'a lane was idle' }).waitFor();
    await page.selectOption('#model', 'demo');
    await page.locator('#no-batches').waitFor();
  });
});

t.test('a server that has gone is told', async (t) => {
  await visit(t, url, async (page) => {
    await page.locator('#live').waitFor();
    server.child.kill('SIGTERM');
    await server.exited;
    await page.locator('#live-state', { hasText: 'does not tell its metrics' }).waitFor();
    t.notOk(await page.locator('#live').isVisible(), 'old figures are not shown as new ones');
    await page.setInputFiles('#file', CUBE);
    await page.getByRole('alert').getByText('No answer has come').waitFor();
  });
});
