import { ModelRefusedError } from '../engine/index.js';
import { ProgressBar } from '../terminal/progress-bar.js';
import { checkModel } from './models/check-model.js';
import { DownloadError } from './models/download-file.js';
import { importModel } from './models/import/import-model.js';
import { KNOWN_MODELS } from './models/known-models.js';
import { listModels } from './models/list-models.js';
import { megabytes } from './models/megabytes.js';
import { pullModel } from './models/pull-model.js';
import { readFlags, UsageError } from './read-flags.js';
import { runTool } from './run-tool.js';
import { ToolError } from './tool-error.js';

// npm run models -- list | pull NAME | import PATH | check DIR: lists the models that can be pulled by name, downloads one
// into a model folder, makes a model folder of what an exporter left, and checks how the server would open a model folder.

const ROOT = 'models';
const USAGE = `Usage: npm run models -- COMMAND

  list                    the models that can be pulled by name
  pull NAME [--from URL]  download a model into ${ROOT}/NAME; URL: a copy of the zoo's folders
  import DIR|FILE         make a model folder, in ${ROOT}, of a folder of Hugging Face or timm, or of an ONNX file
  check DIR               open a model as the server would, run a batch, and print what was found or what to change;
                          DIR may also be an ONNX file that is not yet in a model folder`;

async function pull(name: string, from: string | undefined): Promise<void> {
  const model = KNOWN_MODELS.find((model) => model.name === name);
  if (!model) {
    const names = KNOWN_MODELS.map((model) => model.name).join(', ');
    throw new ToolError(`there is no model named "${name}"; known models: ${names}`);
  }
  const bytes = model.files.reduce((sum, file) => sum + file.bytes, 0);
  const bar = new ProgressBar(`pulling ${name}`, process.stderr);
  const progress = (there: number) =>
    bar.update(there / bytes, `${megabytes(there)} of ${megabytes(bytes)}`);
  const options = { progress, ...(from === undefined ? {} : { from }) };
  const isNew = await pullModel(model, ROOT, options).finally(() => bar.end());
  const folder = `${ROOT}/${name}`;
  console.log(
    isNew
      ? `pulled ${folder}: ${megabytes(bytes)}, SHA-256 verified, licence ${model.licence}`
      : `${folder} already exists; its files are complete and verified`,
  );
  console.log(`check it: npm run models -- check ${folder}`);
  console.log(`serve it: npm start -- --model ${folder}`);
}

async function importFrom(path: string): Promise<void> {
  const folder = await importModel(path, ROOT, (line) => console.log(line));
  console.log(`check it: npm run models -- check ${folder}`);
  console.log(`serve it: npm start -- --model ${folder}`);
}

async function main(): Promise<void> {
  const { values, positionals } = readFlags(USAGE, {
    allowPositionals: true,
    options: { from: { type: 'string' } },
  });
  const [command, what, ...more] = positionals;
  const takes = ['pull', 'import', 'check'].includes(command ?? '') ? 1 : 0;
  if (more.length > 0 || (what !== undefined) !== (takes === 1)) throw new UsageError(USAGE);
  if (values.from !== undefined && (command !== 'pull' || !URL.canParse(values.from))) {
    throw new UsageError(USAGE);
  }
  if (command === 'list') console.log(listModels(ROOT));
  else if (command === 'pull') await pull(String(what), values.from);
  else if (command === 'import') await importFrom(String(what));
  else if (command === 'check') await checkModel(String(what), (line) => console.log(line));
  else throw new UsageError(USAGE);
}

await runTool(main, [ModelRefusedError, DownloadError]);
