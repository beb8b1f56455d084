import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import t from 'tap';
import { startServer } from '../helpers/start-server.js';

const run = promisify(execFile);
const BLOCK = /```(sh|python|js)\n([\s\S]*?)\n```/g;
const BEST = 'd00000001 cube, hexahedron';

/** The program and its arguments that run an example; Python's run in `npm run test:clients`. */
function commandOf(language: string, code: string): [string, string[]] {
  return language === 'sh'
    ? ['sh', ['-c', code]]
    : [process.execPath, ['--input-type=module', '--eval', code]];
}

t.test('the examples of the API run as they stand there', async (t) => {
  const server = startServer(t);
  const url = await server.url;
  const page = readFileSync('docs/api.md', 'utf8');
  const sections = page.split(/^## /m).slice(1);
  t.ok(sections.length > 15);
  for (const section of sections) {
    const [title = ''] = section.split('\n');
    const blocks = [...section.matchAll(BLOCK)].filter(([, language]) => language !== 'python');
    t.ok(blocks.length > 0, title);
    const outputs: string[] = [];
    for (const [, language = '', code = ''] of blocks) {
      const [program, args] = commandOf(language, code.replaceAll('http://127.0.0.1:8000', url));
      const { stdout } = await run(program, args);
      outputs.push(stdout.trim());
      if (title !== 'GET /metrics') t.notOk('code' in JSON.parse(stdout), `${title}, ${language}`);
      t.not(stdout.trim(), '');
    }
    // Scores differ by a rounding from run to run.
    const rounded = outputs.map((text) => text.replaceAll(/(\.\d{3})\d+(e-\d+)?/g, '$1'));
    if (blocks.length > 1)
      t.equal(rounded[0], rounded[1], `${title}: every language gets the same`);
    const hasLabels = blocks.length > 1 && !/infer|predict\b/.test(title);
    if (hasLabels) t.match(outputs[0], BEST, title);
  }
});
