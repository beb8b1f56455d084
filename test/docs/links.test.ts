import { existsSync } from 'node:fs';
import { join, normalize } from 'node:path';
import t from 'tap';
import { markdownPages, type Page, proseOf } from '../helpers/markdown-pages.js';

const LINK = /\[(?:[^\]`]|`[^`]*`)*\]\(([^()\s]+)\)|^\[[^\]]+\]: (\S+)$/gm;
/** A path of the project that stands as code, such as `src/batcher/item.ts`; not a pattern or an example. */
const CODE_PATH =
  /`((?:src|docs|deploy|bench|test|scripts)\/[\w./-]+?\.(?:ts|md|json|yaml|txt|svg|py))`/g;

const pages = markdownPages();

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(page: Page): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of proseOf(page).matchAll(/^#+ (.*)$/gm)) {
    const plain = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const anchor = plain.replaceAll(/[^\p{L}\p{N}\p{M}\s_-]/gu, '').replaceAll(' ', '-');
    const others = [...anchors].filter((one) => one.replace(/-\d+$/, '') === anchor).length;
    anchors.add(others === 0 ? anchor : `${anchor}-${others}`);
  }
  return anchors;
}

const anchors = new Map(pages.map((page) => [page.path, anchorsOf(page)]));

/** What is wrong with a link, if anything is. */
function problem(page: Page, target: string): string | undefined {
  if (/^[a-z]+:/.test(target)) return undefined;
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page.path : normalize(join(page.path, '..', path));
  if (!existsSync(file)) return `${file} does not exist`;
  if (anchor === undefined || anchors.get(file)?.has(anchor)) return undefined;
  return `${file} has no heading #${anchor}`;
}

t.test('every link to a file or a heading of the project leads there', async (t) => {
  let links = 0;
  for (const page of pages) {
    for (const [, inline, reference] of proseOf(page).matchAll(LINK)) {
      links++;
      const target = inline ?? reference ?? '';
      t.equal(problem(page, target), undefined, `${page.path}: ${target}`);
    }
  }
  t.ok(links > 100);
});

t.test('every file that a page names exists', async (t) => {
  for (const page of pages.filter(({ path }) => !/CHANGELOG|results|decisions/.test(path))) {
    for (const [, path = ''] of page.text.matchAll(CODE_PATH)) {
      t.ok(existsSync(path), `${page.path}: ${path}`);
    }
  }
});

t.test('the checker itself sees a wrong file and a wrong heading', async (t) => {
  const page = { path: 'docs/x.md', text: '# A `b`, c\n\n## Twice\n\n## Twice\n' };
  anchors.set(page.path, anchorsOf(page));
  t.same([...anchorsOf(page)], ['a-b-c', 'twice', 'twice-1']);
  t.equal(problem(page, 'api.md'), undefined);
  t.match(problem(page, 'apis.md'), /does not exist/);
  t.match(problem(page, 'api.md#no-such-heading'), /no heading/);
});
