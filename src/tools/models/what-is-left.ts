import { join } from 'node:path';
import type { ModelFiles } from './find-model-files.js';
import type { Proposal } from './import/propose-model.js';
import { manifestText } from './manifest-text.js';

/**
 * The steps that turn an ONNX file into a model folder, with a proposed model.json; undefined if nothing is left to do.
 *
 * @param path what was given to check
 * @param hasLabels whether labels.txt, or what can take its place, is in the folder
 */
export function whatIsLeft(
  path: string,
  { folder, onnx, hasManifest }: ModelFiles,
  hasLabels: boolean,
  proposal: Proposal,
): string | undefined {
  const inPlace = join(folder, 'model.onnx');
  const check = `npm run models -- check ${quoted(folder)}`;
  if (onnx !== inPlace && !hasManifest) {
    const made = join('models', String(proposal.manifest['name']));
    const steps = [
      `npm run models -- import ${quoted(path)}, which makes ${quoted(made)} with the model.json below`,
      `npm run models -- check ${quoted(made)}`,
    ];
    return text(steps, proposal);
  }
  const steps: string[] = [];
  if (onnx !== inPlace) steps.push(`mv ${quoted(onnx)} ${quoted(inPlace)}`);
  if (!hasLabels) {
    const { length } = proposal.labels;
    steps.push(
      `write ${join(folder, 'labels.txt')}: one line for each of the ${length} scores, in their order`,
    );
  }
  if (!hasManifest) steps.push(`write ${join(folder, 'model.json')}, as below`);
  if (steps.length === 0) return undefined;
  return text([...steps, check], hasManifest ? undefined : proposal);
}

function text(steps: readonly string[], proposal: Proposal | undefined): string {
  return [
    'This is not a model folder yet. What is left to do:',
    ...steps.map((step, i) => `  ${i + 1}. ${step}`),
    ...(proposal ? ['', ...sourcesOf(proposal), '', manifestText(proposal.manifest)] : []),
  ].join('\n');
}

/** Each line of model.json with its source, and what could not be translated. */
export function sourcesOf({ origins, labels, labelsSource, notes }: Proposal): string[] {
  const width = Math.max(...origins.map(([key]) => key.length));
  return [
    ...origins.map(
      ([key, { value, origin }]) => `  ${key.padEnd(width)}  ${JSON.stringify(value)}: ${origin}`,
    ),
    `  ${'labels'.padEnd(width)}  ${labels.length}: ${labelsSource ?? 'only their numbers'}`,
    ...notes.map((note) => `note: ${note}`),
  ];
}

/** Quotes a path for a shell, if necessary. */
function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path}'`;
}
