import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { pngQuantize } from '@napi-rs/image';
import { type Browser, chromium } from 'playwright-core';

// Takes the pictures of docs/page.md: of a server with the embedded model, while other clients send images too.

const PROGRAM = 'dist/src/server/supervisor/supervisor.js';
const FOLDER = 'docs/images';
const IMAGE = 'images/4.jpg';
const PICTURES = [
  { name: 'page', width: 1280, colorScheme: 'light' },
  { name: 'page-narrow', width: 360, colorScheme: 'dark' },
] as const;
/** Other clients, each of which waits between its requests. */
const CLIENTS = 24;
const WAIT_MS = 60;
/** As long as the figures cover. */
const BEFORE_MS = 11_000;

async function startServer() {
  const child = spawn(process.execPath, [PROGRAM], {
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let text = '';
  for await (const chunk of child.stderr) {
    text += chunk;
    const [, url] = /ready {5}(http:\S+)\/api\/classify/.exec(text) ?? [];
    if (url) return { child, url };
  }
  throw new Error(`the server ended before it was ready: ${text}`);
}

/** Sends the images of the project until it is told to stop. */
function startTraffic(url: string): { stop: () => Promise<unknown> } {
  const bodies = [1, 2, 3, 4, 5, 6].map((i) => readFileSync(`images/${i}.jpg`));
  let isOver = false;
  async function send(next: number): Promise<void> {
    for (let i = next; !isOver; i++) {
      const body = bodies[i % bodies.length] ?? null;
      const response = await fetch(`${url}/api/classify`, { method: 'POST', body });
      await response.text();
      await sleep(WAIT_MS);
    }
  }
  const clients = Array.from({ length: CLIENTS }, (_, i) => send(i));
  const stop = async () => {
    isOver = true;
    await Promise.all(clients);
  };
  return { stop };
}

async function take(browser: Browser, url: string, picture: (typeof PICTURES)[number]) {
  const { name, width, colorScheme } = picture;
  const viewport = { width, height: 800 };
  const page = await browser.newPage({ viewport, colorScheme, reducedMotion: 'reduce' });
  await page.goto(url);
  await page.setInputFiles('#file', IMAGE);
  await page.locator('#answer').waitFor();
  await sleep(BEFORE_MS);
  // The picture is to show a batch of several images, which is a matter of luck.
  while (/batch of 1 image/.test(await page.locator('#timeline').innerText())) {
    await page.locator('#again').click();
    await page.locator('#status', { hasText: 'after' }).waitFor();
    await sleep(WAIT_MS);
  }
  const png = await page.screenshot({ fullPage: true });
  await page.close();
  writeFileSync(`${FOLDER}/${name}.png`, await pngQuantize(png, { maxQuality: 90 }));
}

mkdirSync(FOLDER, { recursive: true });
const { child, url } = await startServer();
const traffic = startTraffic(url);
const browser = await chromium.launch({ executablePath: process.env['CHROMIUM'] ?? 'chromium' });
try {
  for (const picture of PICTURES) await take(browser, url, picture);
} finally {
  await browser.close();
  await traffic.stop();
  child.kill('SIGTERM');
  await once(child, 'close');
}
