import { dirname, join } from 'node:path';
import { type Graph, inspectClassifier } from '../../engine/graph/index.js';
import type { ModelFiles } from './find-model-files.js';
import { guessManifest } from './guess-manifest.js';
import { manifestText } from './manifest-text.js';

/**
 * What a person has to do until an ONNX file is a model folder, with the model.json to paste; undefined if nothing.
 *
 * @throws {ModelRefusedError} when the graph is no classifier of images
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
      `write ${join(folder, 'model.json')}, as below; resize, channelOrder, mean and std are guesses, so compare them\n     with how the model was trained`,
    );
  }
  if (steps.length === 0) return undefined;
  steps.push(`npm run models -- check ${quoted(folder)}`);
  const json = manifestText(guessManifest(parsed, lastPart(folder)));
  return [
    'not a model folder yet; what is left to do:',
    ...steps.map((step, i) => `  ${i + 1}. ${step}`),
    ...(hasManifest ? [] : ['', json]),
  ].join('\n');
}

function lastPart(folder: string): string {
  return folder.split(/[\\/]/).filter(Boolean).at(-1) ?? '';
}

/** As a shell takes it. */
function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path}'`;
}
