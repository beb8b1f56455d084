import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

// npm run test:page: tries the page that the server gives to browsers in a headless Chromium. CHROMIUM names its program;
// otherwise one of the usual names is looked for. With --if-possible, a machine without Chromium is no failure: the tests
// are skipped, and a line says why. With --pictures, it takes the pictures of docs/page.md anew instead.

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const RUN_TESTS = 'dist/scripts/run-tests.js';
const TESTS = ['classify', 'layout', 'live', 'refusals'].map(
  (name) => `test/page/browser/${name}.ts`,
);
const TAKE_PICTURES = 'dist/scripts/test-page/take-pictures.js';

/** The path of Chromium, or undefined if this machine has none. */
function findChromium(): string | undefined {
  const { CHROMIUM, PATH = '' } = process.env;
  if (CHROMIUM) return CHROMIUM;
  const folders = PATH.split(delimiter);
  return folders
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find((path) => isProgram(path));
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const chromium = findChromium();
if (chromium === undefined) {
  const isSkipped = process.argv.includes('--if-possible');
  const what = isSkipped ? 'SKIPPED' : 'FAILED';
  console.log(`${what}: the page was not tried: install Chromium, or name it in CHROMIUM`);
  console.log(`0 passed, ${isSkipped ? 0 : 1} failed`);
  process.exitCode = isSkipped ? 0 : 1;
} else {
  const env = { ...process.env, CHROMIUM: chromium };
  const takesPictures = process.argv.includes('--pictures');
  const args = takesPictures ? [TAKE_PICTURES] : [RUN_TESTS, ...TESTS];
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit', env });
  process.exitCode = status ?? 1;
}
