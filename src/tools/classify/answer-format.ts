import type { Scores } from '../../engine/index.js';
import { predictionsJson } from '../../server/http/respond/predictions-json.js';
import { csvRecord, firstCell } from './csv.js';

/** Why an image has no answer: a code and its sentences, as in the answers of the server. */
export interface Refusal {
  readonly code: string;
  readonly title: string;
  readonly detail: string;
}

/** What is known of a record that is already in the file. */
export interface KnownRecord {
  readonly path: string;
  readonly isError: boolean;
}

/** A way to write one record for each image. */
export interface AnswerFormat {
  /** The first line of the file, with its end; may be empty. */
  readonly head: string;
  /** How each file of this format starts. */
  readonly start: string;
  /** Whether a line end between quotation marks belongs to the record. */
  readonly hasQuotedLineEnds: boolean;
  /** The record of one image, with its line end. */
  readonly record: (path: string, outcome: Scores | Refusal) => string;
  /** Undefined if it is not a record of this format with answers of this model. */
  readonly read: (record: string) => KnownRecord | undefined;
}

export interface AnswerFormatOptions {
  readonly model: string;
  /** In the order of the classes. */
  readonly labels: readonly string[];
  readonly topK: number;
}

function isRefusal(outcome: Scores | Refusal): outcome is Refusal {
  return 'code' in outcome;
}

/** A JSON object for each image: `path`, `model`, and `predictions`, byte for byte as the server sends them, or `error`. */
export function jsonLines({ model, labels, topK }: AnswerFormatOptions): AnswerFormat {
  const labelsJson = labels.map((label) => JSON.stringify(label));
  const modelJson = JSON.stringify(model);
  return {
    head: '',
    start: '{"path":"',
    hasQuotedLineEnds: false,
    record(path, outcome) {
      const what = isRefusal(outcome)
        ? `"error":${JSON.stringify(outcome)}`
        : `"predictions":${predictionsJson(outcome, labelsJson, topK)}`;
      return `{"path":${JSON.stringify(path)},"model":${modelJson},${what}}\n`;
    },
    read(record) {
      const known = parsed(record);
      if (typeof known?.path !== 'string' || known.model !== model) return undefined;
      return { path: known.path, isError: known.error !== undefined };
    },
  };
}

function parsed(record: string): { path?: unknown; model?: unknown; error?: unknown } | undefined {
  try {
    return JSON.parse(record) ?? undefined;
  } catch {
    return undefined;
  }
}

/** A record of RFC 4180 for each image: its path, the model, the code and sentences of an error, and the best classes. */
export function csv({ model, labels, topK }: AnswerFormatOptions): AnswerFormat {
  const columns = Math.min(topK, labels.length);
  const ranks = Array.from({ length: columns }, (_, i) => i + 1);
  const classes = ranks.flatMap((rank) => [`label_${rank}`, `confidence_${rank}`]);
  const head = csvRecord(['path', 'model', 'code', 'error', ...classes]);
  return {
    head,
    start: head,
    hasQuotedLineEnds: true,
    record(path, outcome) {
      if (isRefusal(outcome)) {
        const { code, title, detail } = outcome;
        return csvRecord([path, model, code, `${title}. ${detail}`, ...classes.map(() => '')]);
      }
      const { confidence, labelIndex } = outcome;
      const cells = ranks.flatMap((_, i) => [
        labels[Number(labelIndex[i])] ?? '',
        Number(confidence[i]).toFixed(4),
      ]);
      return csvRecord([path, model, '', '', ...cells]);
    },
    read(record) {
      const [path, afterPath] = firstCell(record);
      const [ofModel, afterModel] = firstCell(afterPath);
      if (afterModel === '' || ofModel !== model) return undefined;
      return { path, isError: firstCell(afterModel)[0] !== '' };
    },
  };
}
