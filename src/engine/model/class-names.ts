import type { Graph } from '../graph/index.js';

/** One entry of a Python dict of names, as Ultralytics writes it: 0: 'plane', or 1: "it's". */
const PYTHON_ENTRY = /(\d+)\s*:\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/g;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

/** The class names in a model's metadata, under "names", as Ultralytics writes them; undefined if there are none. */
export function namesInMetadata({ model }: Graph): string[] | undefined {
  const text = model.metadataProps.find(({ key }) => key === 'names')?.value;
  if (text === undefined) return undefined;
  try {
    return namesOf(JSON.parse(text));
  } catch {
    const entries = [...text.matchAll(PYTHON_ENTRY)].map(
      ([, key, single, double]) => [String(key), unescaped(single ?? double ?? '')] as const,
    );
    return namesOf(Object.fromEntries(entries));
  }
}

/**
 * The class names in order, from a list or from an object whose keys are the numbers of the classes, such as
 * `id2label` of Hugging Face; undefined if it is something else, or incomplete.
 */
export function namesOf(value: unknown): string[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const entries = Object.entries(value);
  const byClass = new Map<number, unknown>(entries.map(([key, name]) => [Number(key), name]));
  const names = entries.map((_, i) => byClass.get(i));
  const areStrings = names.every((name) => typeof name === 'string');
  // A label is one line.
  return areStrings && names.length > 0
    ? names.map((name) => name.replace(/\s*[\r\n]+\s*/g, ' '))
    : undefined;
}

function unescaped(text: string): string {
  return text.replace(
    /\\(?:x([\da-f]{2})|u([\da-f]{4})|(.))/gi,
    (_, byte?: string, unit?: string, char = '') => {
      const code = byte ?? unit;
      return code === undefined
        ? (ESCAPES[char] ?? char)
        : String.fromCharCode(Number.parseInt(code, 16));
    },
  );
}
