import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import ts from 'typescript';

const run = promisify(execFile);

t.test('the example of the batcher compiles, runs, and prints what the page says', async (t) => {
  const page = readFileSync('docs/batcher.md', 'utf8');
  const [, code = '', output] = /```ts\n(.*?)```\n\n```\n(.*?)```/s.exec(page) ?? [];
  // Inside the project, so that the name of the package leads to its exports.
  const folder = t.testdir({});
  const file = join(folder, 'example.ts');
  writeFileSync(file, code);
  const config = ts.readConfigFile('tsconfig.json', ts.sys.readFile).config;
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, process.cwd());
  const program = ts.createProgram([file], options);
  const problems = ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
  t.same(problems, []);
  const compilerOptions = { ...options, module: ts.ModuleKind.ESNext };
  writeFileSync(
    join(folder, 'example.js'),
    ts.transpileModule(code, { compilerOptions }).outputText,
  );
  const { stdout } = await run(process.execPath, [join(folder, 'example.js')]);
  t.equal(stdout, output);
});
