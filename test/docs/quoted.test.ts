import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import t from 'tap';
import { modelManifest } from '../../src/engine/model/model-manifest.js';
import { configSchema } from '../../src/server/config/config.js';
import { blocksOf, markdownPages } from '../helpers/markdown-pages.js';
import { readYaml } from '../helpers/read-yaml.js';

// What pages quote of the program: messages, commands, configurations, alerts.

const pages = markdownPages();
const text = (path: string) => readFileSync(path, 'utf8');

function sources(): string {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.ts'))
    .map((file) => text(`src/${file}`))
    .join('\n');
}

t.test('every message that is explained is one of the program', async (t) => {
  const program = sources();
  const [, table = ''] = text('docs/operations.md').split('## What a message means');
  const messages = [...table.matchAll(/^\| `([^`]*)` \|/gm)].map(([, message = '']) => message);
  t.ok(messages.length > 10);
  for (const message of messages) {
    for (const part of message.split('…').map((part) => part.trim())) {
      t.ok(part.length < 3 || program.includes(part), `${message}: ${part}`);
    }
  }
});

t.test('every script of npm that a page names exists', async (t) => {
  const { scripts } = JSON.parse(text('package.json')) as { scripts: Record<string, string> };
  for (const page of pages.filter(({ path }) => !/CHANGELOG|results/.test(path))) {
    for (const [, name = ''] of page.text.matchAll(/npm run ([a-z][a-z:-]*)/g)) {
      t.ok(Object.hasOwn(scripts, name), `${page.path}: npm run ${name}`);
    }
  }
});

t.test('JSON is valid, and configurations and model.json are', async (t) => {
  const isOf = (keys: readonly string[], value: object) =>
    Object.keys(value).some((key) => keys.includes(key));
  let configurations = 0;
  for (const page of pages) {
    for (const { language, code } of blocksOf(page)) {
      if (language !== 'json') continue;
      const lines = code.startsWith('{"') ? code.split('\n') : [code];
      for (const value of lines.map((line) => JSON.parse(line) as object)) {
        if ('input' in value) t.ok(modelManifest.safeParse(value).success, `${page.path}: ${code}`);
        if (!isOf(Object.keys(configSchema.shape), value)) continue;
        configurations++;
        t.equal(configSchema.safeParse(value).error, undefined, `${page.path}: ${code}`);
      }
    }
  }
  t.ok(configurations > 1);
});

t.test('every alert has its line', async (t) => {
  const { groups } = readYaml('deploy/prometheus-rules.yaml');
  const rules = groups.flatMap(({ rules }: { rules: { alert: string }[] }) => rules);
  const page = text('docs/monitoring.md');
  for (const { alert } of rules) t.match(page, `| \`${alert}\` |`);
  const lines = [...page.matchAll(/^\| `BatchDispatch\w+` \|/gm)];
  t.equal(lines.length, rules.length);
});

t.test('the list of models is as printed', async (t) => {
  const list = execFileSync(process.execPath, ['dist/src/tools/models.js', 'list'], {
    encoding: 'utf8',
  });
  // The last column says which models are here.
  const plain = (text: string) => text.replaceAll(/ +(here|models\/\S+|-)$/gm, '').trim();
  const [, after = ''] = text('docs/models.md').split('$ npm run models -- list\n');
  const [printed = ''] = after.split(/\n\$ |\n```/);
  t.equal(plain(printed), plain(list));
});
