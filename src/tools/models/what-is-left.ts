import { dirname, join } from 'node:path';
import { type Graph, inspectClassifier } from '../../engine/graph/index.js';
import type { ModelFiles } from './find-model-files.js';
import { guessManifest } from './guess-manifest.js';
import { manifestText } from './manifest-text.js';

/**
 * The steps that turn an ONNX file into a model folder, with a model.json to paste; undefined if nothing is left to do.
 *
 * @throws {ModelRefusedError} if the graph is not an image classifier
 */
export function whatIsLeft(files: ModelFiles, parsed: Graph): string | undefined {
  const { folder, onnx, hasManifest, hasLabels } = files;
  const inPlace = join(folder, 'model.onnx');
  const { classes } = inspectClassifier(parsed);
  const each = classes === undefined ? 'score' : `of the ${classes} scores`;
  const steps: string[] = [];
  if (onnx !== inPlace) {
    const isInFolder = dirname(onnx) === folder;
    steps.push(
      isInFolder
        ? `mv ${quoted(onnx)} ${quoted(inPlace)}`
        : `mkdir -p ${folder} && cp ${quoted(onnx)} ${inPlace}`,
    );
  }
  if (!hasLabels) {
    steps.push(`write ${join(folder, 'labels.txt')}: one line for each ${each}, in their order`);
  }
  if (!hasManifest) {
    steps.push(
      `write ${join(folder, 'model.json')}, as below; resize, channelOrder, mean and std are guesses: compare them\n     with how the model was trained`,
    );
  }
  if (steps.length === 0) return undefined;
  steps.push(`npm run models -- check ${quoted(folder)}`);
  const json = manifestText(guessManifest(parsed, lastPart(folder)));
  return [
    'This is not a model folder yet. What is left to do:',
    ...steps.map((step, i) => `  ${i + 1}. ${step}`),
    ...(hasManifest ? [] : ['', json]),
  ].join('\n');
}

function lastPart(folder: string): string {
  return folder.split(/[\\/]/).filter(Boolean).at(-1) ?? '';
}

/** Quotes a path for a shell, if necessary. */
function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path}'`;
}
