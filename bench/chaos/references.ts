import { readFileSync } from 'node:fs';
import type { Answer } from './answer-reader.js';
import { Connection } from './connection.js';
import { DOORS, type Door, type Result } from './doors.js';

/** All rounding together: of four decimals, and of sums in batches of other sizes. */
const TOLERANCE = 0.0002;
const LIMIT_MS = 60_000;

/** Images with different answers, and the answer that each got alone from each door. */
export class References {
  readonly images: readonly Buffer[];
  readonly #results: readonly ReadonlyMap<Door, Result>[];

  private constructor(images: readonly Buffer[], results: readonly ReadonlyMap<Door, Result>[]) {
    this.images = images;
    this.#results = results;
  }

  /** @throws {Error} if an image is not answered 200 */
  static async take(port: number, files: readonly string[]): Promise<References> {
    const images = files.map((file) => readFileSync(file));
    const results: Map<Door, Result>[] = [];
    for (const image of images) {
      const ofImage = new Map<Door, Result>();
      for (const door of DOORS) {
        const [result] = door.read(await askAlone(port, door.request([image])));
        if (!result || 'error' in result) throw new Error(`${door.name} gave no reference answer`);
        ofImage.set(door, result);
      }
      results.push(ofImage);
    }
    return new References(images, results);
  }

  /** What is wrong with the result for an image; undefined if nothing is. */
  difference(image: number, door: Door, result: Result): string | undefined {
    const expected = this.#results[image]?.get(door);
    if (!expected) return 'there is no reference';
    if (expected.size !== result.size) return `${result.size} classes instead of ${expected.size}`;
    for (const [label, score] of result) {
      // The last of the best classes may be another one with the same score.
      const reference = expected.get(label) ?? Math.min(...expected.values());
      if (!(Math.abs(score - reference) <= TOLERANCE)) {
        return `"${label}" has ${score} instead of ${reference}`;
      }
    }
    return undefined;
  }
}

async function askAlone(port: number, request: Buffer): Promise<Answer> {
  const connection = new Connection(port);
  connection.write(request);
  const ending = await connection.answer(LIMIT_MS);
  connection.close();
  if (typeof ending === 'string' || ending.status !== 200) {
    throw new Error(`no reference answer: ${typeof ending === 'string' ? ending : ending.status}`);
  }
  return ending;
}
