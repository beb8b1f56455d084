import { type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import t, { type Test } from 'tap';

// The tests in this folder are no part of npm test: `npm run test:page` finds Chromium and runs them.

/** Longer than a step takes on even a very slow machine. */
const LIMIT_MS = 60_000;
const { CHROMIUM } = process.env;
if (CHROMIUM === undefined) throw new Error('CHROMIUM is not set: run npm run test:page');

const browser = await chromium.launch({ executablePath: CHROMIUM });
t.teardown(() => browser.close());

/** Opens the page and closes it afterwards. The page must log no error, as it does when its policy forbids something. */
export async function visit(
  t: Test,
  url: string,
  tryIt: (page: Page) => Promise<void>,
  options: BrowserContextOptions = {},
): Promise<void> {
  const page = await browser.newPage(options);
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    // To Chromium, an answer that refuses a request is an error too.
    const isRefusal = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !isRefusal) errors.push(message.text());
  });
  page.setDefaultTimeout(LIMIT_MS);
  try {
    await page.goto(url);
    await tryIt(page);
    t.same(errors, []);
  } finally {
    await page.close();
  }
}

// What runs in the page is text, since the types of the tests are those of Node.
export const styleOf = async (page: Page, selector: string, property: string) =>
  await page.evaluate<string>(
    `getComputedStyle(document.querySelector('${selector}')).${property}`,
  );
export const textOf = async (page: Page, selector: string) =>
  await page.locator(selector).innerText();
export const rowsOf = async (page: Page, list: string) =>
  await page.locator(`${list} > li`).allInnerTexts();
