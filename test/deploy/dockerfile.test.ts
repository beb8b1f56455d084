import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Copy, DockerfileParser, type From } from 'dockerfile-ast';
import { validate } from 'dockerfile-utils';
import t from 'tap';

const text = readFileSync('Dockerfile', 'utf8');
const instructions = DockerfileParser.parse(text).getInstructions();
const keyword = (name: string) => instructions.filter((one) => one.getKeyword() === name);
const { devDependencies, dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));

/** The instructions of each stage, by its name. */
const stages = new Map<string, string[]>();
for (const one of instructions) {
  const name = one.getKeyword() === 'FROM' ? (one as From).getBuildStage() : undefined;
  if (name) stages.set(name, []);
  [...stages.values()].at(-1)?.push(one.toString().replaceAll(/\\\n\s*/g, ''));
}

t.test('it is in order', async (t) => {
  const problems = validate(text).map(({ message, range }) => `${range.start.line}: ${message}`);
  t.same(problems, []);
});

t.test('every base image has a version', async (t) => {
  const node = /^ARG NODE=(.*)$/m.exec(text)?.[1];
  for (const from of keyword('FROM')) {
    const image = String((from as From).getImage()).replace(/^\$\{NODE\}$/, `${node}`);
    t.ok(image === 'scratch' || /^[\w/]+:\d+\.\d+\.\d+-[\w.-]+$/.test(image), image);
  }
});

t.test('every package that is installed by name has a version', async (t) => {
  const versions = { ...devDependencies, ...dependencies };
  const runs = keyword('RUN').map((run) => run.toString().replaceAll(/\\\n\s*/g, ''));
  const named = (command: string) =>
    runs
      .flatMap((run) => run.split('&&').filter((one) => one.includes(command)))
      .map((one) =>
        one
          .slice(one.indexOf(command) + command.length)
          .split(/\s+/)
          .filter((word) => word !== '' && !word.startsWith('--')),
      );
  const debian = named('apt-get install').flat();
  t.ok(debian.length >= 5);
  for (const one of debian) t.match(one, /^"[a-z0-9-]+=(\d.*|\$\{TENSORRT\})"$/);
  const [npm] = named('npm install');
  t.same(
    npm?.map((one) => one.split('@')).filter(([name, version]) => versions[`${name}`] !== version),
    [],
  );
  t.equal(npm?.length, 2);
});

t.test('what is copied is there, and .dockerignore lets it through', async (t) => {
  const ignore = readFileSync('.dockerignore', 'utf8').split('\n');
  for (const one of keyword('COPY') as Copy[]) {
    if (one.getFlags().some((flag) => flag.getName() === 'from')) continue;
    const sources = one.getArguments().slice(0, -1).map(String);
    for (const source of sources) {
      t.ok(existsSync(source), source);
      t.ok(
        ignore.some((line) => line === `!${source}` || line.startsWith(`!${source}/`)),
        source,
      );
    }
  }
});

t.test('what is compiled needs nothing that is not copied', async (t) => {
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.as.ts'))
    .map((file) => join('src', file));
  const copied = [...sources, 'bench/load.ts'];
  t.match(stages.get('build')?.join('\n'), 'COPY bench/load.ts bench/\nCOPY src src\n');
  for (const file of copied) {
    const text = readFileSync(file, 'utf8');
    for (const [, target = ''] of text.matchAll(/(?:from|import) '(\.[^']+)\.js'/g)) {
      const wanted = join(dirname(file), target);
      if (!copied.includes(`${wanted}.ts`) && !copied.includes(`${wanted}.d.ts`)) {
        t.fail(`${file} imports ${target}`);
      }
    }
  }
});

for (const name of ['cpu', 'gpu', 'load']) {
  t.test(`image ${name} runs as nobody in particular`, async (t) => {
    t.match(stages.get(name)?.join('\n'), /^USER 10001:10001$/m);
  });
}

for (const name of ['cpu', 'gpu']) {
  t.test(`image ${name} serves, and says how it is`, async (t) => {
    const lines = stages.get(name)?.join('\n');
    t.match(lines, /^ENV .*\bHOST=0\.0\.0\.0\b/m);
    t.match(lines, /^HEALTHCHECK .*CMD \["node", "dist\/src\/tools\/health-check\.js"\]$/m);
    t.match(lines, /^ENTRYPOINT \["tini", "--", "node", "dist\/src\/server\/.*\.js"\]$/m);
  });
}

t.test('the programs that it starts are built', async (t) => {
  for (const [, program] of text.matchAll(/\b(dist\/[\w/-]+\.js)/g))
    t.ok(existsSync(`${program}`), `${program}`);
});
