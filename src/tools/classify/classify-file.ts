import type { Scores } from '../../engine/index.js';
import { PROBLEMS } from '../../server/problem/problem.js';
import { toProblem } from '../../server/problem/to-problem.js';
import { ToolError } from '../tool-error.js';
import type { Refusal } from './answer-format.js';
import { type ReadLimits, readImage, UnreadableFileError } from './read-image.js';

const UNREADABLE: Refusal = {
  code: 'unreadable_file',
  title: 'The file cannot be read',
  detail: 'It must be a regular file that this user may read.',
};

/**
 * Classifies the image in a file. What is wrong with the image or its file becomes its answer.
 *
 * @throws {ToolError} no other image can be classified either
 */
export async function classifyFile(
  path: string,
  limits: ReadLimits,
  classify: (bytes: Buffer) => Promise<Scores>,
): Promise<Scores | Refusal> {
  try {
    const bytes = await readImage(path, limits);
    // Its buffer is transferred, which empties it.
    const { length } = bytes;
    return await classify(bytes).finally(() => limits.budget.give(length));
  } catch (error) {
    if (error instanceof ToolError) throw error;
    return refusalOf(error);
  }
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof UnreadableFileError) return UNREADABLE;
  const { code } = toProblem(error);
  const { title, detail } = PROBLEMS[code];
  return { code, title, detail };
}
