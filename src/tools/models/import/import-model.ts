import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readGraph } from '../../../engine/graph/index.js';
import { findWeightFiles, ModelRefusedError, readManifest } from '../../../engine/index.js';
import { manifestText } from '../manifest-text.js';
import { sourcesOf } from '../what-is-left.js';
import { findSource } from './find-source.js';
import { proposeModel } from './propose-model.js';

/**
 * Makes a model folder of what an exporter left: `root`/its name, complete or not at all. Prints each line of model.json
 * with its source, and what could not be translated.
 *
 * @param path a folder of Hugging Face or timm, or an ONNX file
 * @returns the folder
 * @throws {ModelRefusedError} one sentence
 */
export async function importModel(
  path: string,
  root: string,
  print: (line: string) => void,
): Promise<string> {
  const source = findSource(path);
  const graph = readGraph(await readFile(source.onnx));
  const weights = await findWeightFiles(dirname(source.onnx), graph);
  const proposal = await proposeModel(source, graph);
  const folder = join(root, String(proposal.manifest['name']));
  if (existsSync(folder)) {
    throw new ModelRefusedError(
      `${folder} already exists; move it away, or rename what you import`,
    );
  }
  const unfinished = join(root, `.${String(proposal.manifest['name'])}.part`);
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  await copyFile(source.onnx, join(unfinished, 'model.onnx'));
  for (const name of weights?.names ?? []) {
    await mkdir(dirname(join(unfinished, name)), { recursive: true });
    await copyFile(join(dirname(source.onnx), name), join(unfinished, name));
  }
  await writeFile(join(unfinished, 'labels.txt'), `${proposal.labels.join('\n')}\n`);
  await writeFile(join(unfinished, 'model.json'), `${manifestText(proposal.manifest)}\n`);
  await rename(unfinished, folder);

  print(`imported ${folder}`);
  for (const line of sourcesOf(proposal)) print(line);
  await readManifest(folder).catch((error: unknown) => {
    if (!(error instanceof ModelRefusedError)) throw error;
    print(`note: it cannot be served as it is: ${error.message}`);
  });
  return folder;
}
