import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Graph, ModelRefusedError } from '../graph/index.js';
import { namesInMetadata, namesOf } from './class-names.js';
import { readModelText } from './read-model-file.js';

/** The labels of a model, and where they were found. */
export interface FoundLabels {
  /** One per class; a label's position is its class. */
  readonly labels: readonly string[];
  /** For people. */
  readonly source: string;
}

/**
 * Reads `labels.txt`; without it, the class names in the model's metadata (Ultralytics), or `id2label` in `config.json`
 * (Hugging Face).
 *
 * @throws {ModelRefusedError} if there are none
 */
export async function readLabels(folder: string, graph: Graph): Promise<FoundLabels> {
  const found = await findLabels(folder, graph);
  // Refuses a missing file.
  if (!found) await readModelText(folder, 'labels.txt');
  if (found && found.labels.length > 0) return found;
  throw new ModelRefusedError(
    `${join(folder, 'labels.txt')} is empty; write one line for each class`,
  );
}

/** As `readLabels`, but gives undefined if there are none. */
export async function findLabels(folder: string, graph: Graph): Promise<FoundLabels | undefined> {
  if (existsSync(join(folder, 'labels.txt'))) {
    return { labels: linesOf(await readModelText(folder, 'labels.txt')), source: 'labels.txt' };
  }
  return labelsOfMetadata(graph) ?? (await labelsOfConfig(folder));
}

function labelsOfMetadata(graph: Graph): FoundLabels | undefined {
  const labels = namesInMetadata(graph);
  return labels && { labels, source: 'names in its metadata' };
}

async function labelsOfConfig(folder: string): Promise<FoundLabels | undefined> {
  if (!existsSync(join(folder, 'config.json'))) return undefined;
  try {
    const config: unknown = JSON.parse(await readModelText(folder, 'config.json'));
    const labels = namesOf((config as { id2label?: unknown } | null)?.id2label);
    return labels && { labels, source: 'id2label in config.json' };
  } catch {
    return undefined;
  }
}

/** One label per line; a final line break does not start another line, and CRLF counts as one line break. */
function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
