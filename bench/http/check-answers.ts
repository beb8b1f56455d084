import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

interface Prediction {
  readonly confidence: number;
  readonly label: string;
}

/** If the first two classes are closer than this, their order may change in another batch. */
const SURE_MARGIN = 0.05;
const AT_ONCE = 64;

/** The best class of each image, by its path, and whether its lead is large enough to compare. */
export type Expected = Map<string, { readonly label: string; readonly isSure: boolean }>;

/**
 * Posts every image, with many at once so that batches mix, and compares the best class with the expected one. For an
 * image without an expected class, its answer becomes the expected one.
 *
 * @throws {Error} naming the first image whose answer is not the expected one
 */
export async function checkAnswers(
  url: string,
  images: readonly string[],
  expected: Expected,
): Promise<void> {
  for (let from = 0; from < images.length; from += AT_ONCE) {
    await Promise.all(
      images.slice(from, from + AT_ONCE).map(async (file) => {
        const body = readFileSync(file);
        const response = await fetch(`${url}/api/classify`, { method: 'POST', body });
        if (response.status !== 200) throw new Error(`${basename(file)}: ${response.status}`);
        const [best, second] = (await response.json()) as Prediction[];
        const { label = '', confidence = 0 } = best ?? {};
        const known = expected.get(file);
        if (known?.isSure && known.label !== label) {
          throw new Error(`${basename(file)} is "${label}" instead of "${known.label}"`);
        }
        const isSure = confidence - (second?.confidence ?? 0) > SURE_MARGIN;
        if (!known) expected.set(file, { label, isSure });
      }),
    );
  }
}

/** The embedded model's answers for the embedded images. */
export function knownAnswers(): Expected {
  const labels = JSON.parse(readFileSync('images/expected.json', 'utf8')) as Record<string, string>;
  const entries = Object.entries(labels);
  return new Map(entries.map(([name, label]) => [join('images', name), { label, isSure: true }]));
}
