import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';

const run = promisify(execFile);
const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const MAX_BYTES = 2_000_000;

t.test('the package has what it runs and says, and is small', async (t) => {
  const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts']);
  const [packed] = JSON.parse(stdout) as [{ size: number; files: { path: string }[] }];
  t.ok(packed.size < MAX_BYTES, `${packed.size} bytes`);
  const paths = packed.files.map(({ path }) => path);
  const { types, default: program } = manifest.exports['./batcher'];
  for (const path of [manifest.bin['batch-dispatch'], types, program].map((path) =>
    path.replace(/^\.\//, ''),
  )) {
    t.ok(paths.includes(path), path);
  }
  for (const path of ['models/demo/model.onnx', 'page/index.html', 'docs/classify.md', 'LICENSE'])
    t.ok(paths.includes(path), path);
  const others = paths.filter((path) => /\.map$|^(src|test|bench|scripts|images)\//.test(path));
  t.same(others, []);
});

t.test('what the package runs is a dependency, not one for development', async (t) => {
  const packages = new Set<string>();
  const { stdout } = await run('grep', ['-rhoE', "(from|import\\() ?'[^.'][^']*'", 'src']);
  for (const [, name = ''] of stdout.matchAll(/'((?:@[\w-]+\/)?[\w.-]+)/g)) packages.add(name);
  for (const name of packages) {
    if (name.startsWith('node')) continue;
    t.ok(name in manifest.dependencies, name);
  }
  t.ok(packages.size > 10);
});

t.test("prune:runtime leaves this platform's files of ONNX Runtime", async (t) => {
  const folder = t.testdir({
    'package.json': JSON.stringify({
      scripts: { 'prune:runtime': manifest.scripts['prune:runtime'] },
    }),
  });
  const bin = join(folder, 'node_modules/onnxruntime-node/bin/napi-v6');
  const here = `${process.platform}/${process.arch}`;
  const platforms = new Set(['linux/x64', 'linux/arm64', 'darwin/arm64', 'win32/x64', here]);
  for (const platform of platforms) {
    mkdirSync(join(bin, platform), { recursive: true });
    writeFileSync(join(bin, platform, 'onnxruntime_binding.node'), '');
  }
  await run('npm', ['run', '--silent', 'prune:runtime'], { cwd: folder });
  t.same(
    [...platforms].filter((platform) => existsSync(join(bin, platform))),
    [here],
  );
  t.ok(existsSync(join(bin, here, 'onnxruntime_binding.node')));
  await run('npm', ['run', '--silent', 'prune:runtime'], { cwd: folder });
});
