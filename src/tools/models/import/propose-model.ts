import {
  type ClassifierFacts,
  type Graph,
  inspectClassifier,
  lastActivation,
  ModelRefusedError,
} from '../../../engine/graph/index.js';
import { findLabels } from '../../../engine/index.js';
import { guessManifest, nameFrom } from '../guess-manifest.js';
import type { ModelSource } from './find-source.js';
import { fromHuggingFace } from './from-hugging-face.js';
import { fromTimm, timmLabels } from './from-timm.js';
import { fromUltralytics } from './from-ultralytics.js';
import type { Line, ManifestKey, Translation } from './translation.js';

/** In the order in which model.json has them. */
const INPUT_KEYS: readonly ManifestKey[] = [
  ...(['width', 'height', 'resize', 'crop', 'pad', 'filter', 'cropRounding'] as const),
  ...(['channelOrder', 'mean', 'std'] as const),
];

/** A model.json for a model, with the source of each line. */
export interface Proposal {
  readonly manifest: Readonly<Record<string, unknown>>;
  /** By key, such as "input.width". */
  readonly origins: readonly (readonly [key: string, line: Line])[];
  readonly labels: readonly string[];
  /** Where the labels were found; undefined if they are only numbers. */
  readonly labelsSource?: string | undefined;
  readonly notes: readonly string[];
}

/**
 * Writes the model.json that fits a model, from its configurations, its metadata and its graph.
 *
 * @throws {ModelRefusedError} if the graph is not an image classifier
 */
export async function proposeModel(source: ModelSource, graph: Graph): Promise<Proposal> {
  const found = await labelsOf(source, graph);
  const wish = wishOf(graph, found?.labels.length);
  const facts = inspectClassifier(graph, wish);
  const classes = facts.classes ?? found?.labels.length;
  if (classes === undefined) {
    throw new ModelRefusedError(
      'neither the graph nor a configuration states the number of classes; write a labels.txt with one line for each class beside the ONNX file',
    );
  }
  const fits = found?.labels.length === classes ? found : undefined;
  const { lines, notes } = withGraph(translate(source, graph, facts), graph, facts, source);
  const labelNotes = fits
    ? []
    : [
        found
          ? `the ${found.source} give ${found.labels.length} labels, but there are ${classes} classes: labels.txt has their numbers`
          : 'no class names were found: labels.txt has the numbers of the classes',
      ];
  const input = Object.fromEntries(
    INPUT_KEYS.flatMap((key) => (lines[key] ? [[key, lines[key].value]] : [])),
  );
  const outputName = facts.otherOutputs > 0 ? { outputName: facts.outputName } : {};
  const output = lines.output ?? outputOf(source, graph, facts);
  const name = nameFrom(source.title);
  return {
    manifest: { name, input, output: output.value, ...outputName },
    origins: [
      ...INPUT_KEYS.flatMap((key) => (lines[key] ? [[`input.${key}`, lines[key]] as const] : [])),
      ['output', output],
    ],
    labels: fits?.labels ?? Array.from({ length: classes }, (_, i) => `class ${i}`),
    labelsSource: fits?.source,
    notes: [...notes, ...labelNotes],
  };
}

async function labelsOf({ folder, config }: ModelSource, graph: Graph) {
  const named = config && timmLabels(config);
  return (
    (await findLabels(folder, graph)) ??
    (named && { labels: named, source: 'label_names in config.json' })
  );
}

/** Hugging Face calls the scores "logits"; other outputs may have as many columns. */
function wishOf({ graph }: Graph, classes: number | undefined) {
  const isNamed = graph.output.length > 1 && graph.output.some(({ name }) => name === 'logits');
  return isNamed ? { outputName: 'logits' } : { classes };
}

function translate(source: ModelSource, graph: Graph, facts: ClassifierFacts): Translation {
  const { config, processor } = source;
  const isTimm = config?.['pretrained_cfg'] !== undefined || config?.['input_size'] !== undefined;
  const timm = config && isTimm ? fromTimm(config, facts.width) : undefined;
  return (
    timm ??
    (processor && fromHuggingFace(processor)) ??
    fromUltralytics(graph) ?? { lines: {}, notes: [] }
  );
}

/** What no configuration states is read from the graph, or guessed; a size that the graph fixes goes first. */
function withGraph(
  { lines, notes }: Translation,
  graph: Graph,
  facts: ClassifierFacts,
  { title }: ModelSource,
): Translation {
  const { input } = guessManifest(graph, facts, title);
  const guess = 'a guess: compare it with how the model was trained';
  const sizes: Partial<Record<ManifestKey, Line>> = {};
  const more: string[] = [];
  for (const side of ['width', 'height'] as const) {
    const fixed = facts[side];
    if (fixed === undefined) continue;
    sizes[side] = { value: fixed, origin: 'the graph' };
    const stated = lines[side];
    if (!stated || stated.value === fixed) continue;
    more.push(
      `${side} is ${fixed} in the graph, but ${String(stated.value)} by ${stated.origin}: compare resize with how the model was trained`,
    );
  }
  const guesses = Object.fromEntries(
    Object.entries(input).map(([key, value]) => [key, { value, origin: guess }]),
  );
  const bytes = { origin: 'the graph, which takes bytes' };
  const range =
    facts.inputType === 'uint8'
      ? { mean: { value: [0, 0, 0], ...bytes }, std: { value: [1, 1, 1], ...bytes } }
      : {};
  return { lines: { ...guesses, ...lines, ...sizes, ...range }, notes: [...notes, ...more] };
}

function outputOf({ config }: ModelSource, graph: Graph, facts: ClassifierFacts): Line {
  const activation = lastActivation(graph, facts.outputName);
  if (activation)
    return { value: 'probabilities', origin: `the graph, which ends in a ${activation}` };
  if (config?.['problem_type'] === 'multi_label_classification') {
    return { value: 'sigmoid', origin: 'problem_type in config.json' };
  }
  if (facts.classes === 1) return { value: 'sigmoid', origin: 'the graph, which has one score' };
  return { value: 'logits', origin: 'the graph, which ends in no softmax' };
}
