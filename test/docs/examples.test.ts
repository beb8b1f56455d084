import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import t from 'tap';
import { blocksOf, markdownPages } from '../helpers/markdown-pages.js';
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

const server = startServer(t);

/** What an example prints when the server of this test answers it. */
async function outputOf(language: string, code: string): Promise<string> {
  const here = code
    .replaceAll('http://127.0.0.1:8000', await server.url)
    .replaceAll('npx batch-dispatch', 'node dist/src/batch-dispatch.js');
  const [program, args] = commandOf(language, here);
  return (await run(program, args)).stdout.trim();
}

t.test('the examples of the API run as they stand there', async (t) => {
  const page = readFileSync('docs/api.md', 'utf8');
  const sections = page.split(/^## /m).slice(1);
  t.ok(sections.length > 15);
  for (const section of sections) {
    const [title = ''] = section.split('\n');
    const blocks = [...section.matchAll(BLOCK)].filter(([, language]) => language !== 'python');
    t.ok(blocks.length > 0, title);
    const outputs: string[] = [];
    for (const [, language = '', code = ''] of blocks) {
      const output = await outputOf(language, code);
      outputs.push(output);
      if (title !== 'GET /metrics') t.notOk('code' in JSON.parse(output), `${title}, ${language}`);
    }
    // Scores differ by a rounding from run to run.
    const rounded = outputs.map((text) => text.replaceAll(/(\.\d{3})\d+(e-\d+)?/g, '$1'));
    if (blocks.length > 1)
      t.equal(rounded[0], rounded[1], `${title}: every language gets the same`);
    const hasLabels = blocks.length > 1 && !/infer|predict\b/.test(title);
    if (hasLabels) t.match(outputs[0], BEST, title);
  }
});

t.test('the examples of the other pages run too, and print what stands below them', async (t) => {
  const pages = markdownPages().filter(({ path }) => path !== 'docs/api.md');
  let examples = 0;
  for (const page of pages) {
    const blocks = blocksOf(page);
    for (const [i, { language, code }] of blocks.entries()) {
      if (language !== 'sh' && !(language === 'js' && code.includes('fetch('))) continue;
      examples++;
      const name = `${page.path}: ${code}`;
      const output = await outputOf(language, code);
      t.notOk('code' in JSON.parse(output), name);
      const next = blocks[i + 1];
      const isItsAnswer = next && page.text.includes(`${code}\n\`\`\`\n\n\`\`\`json\n${next.code}`);
      if (isItsAnswer) t.equal(output, next.code, name);
    }
  }
  t.ok(examples > 4);
});
