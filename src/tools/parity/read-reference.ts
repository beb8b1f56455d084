import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ToolError } from '../tool-error.js';

const schema = z.record(z.string(), z.array(z.number().min(0).max(1)).min(1));

/**
 * Reads a reference: a JSON object that gives for each file name the probabilities of all classes.
 *
 * @throws {ToolError} the file is no such object, or has another number of classes
 */
export function readReference(file: string, classes: number): ReadonlyMap<string, number[]> {
  const reference = parse(file);
  for (const [name, { length }] of reference) {
    if (length !== classes) {
      throw new ToolError(
        `${file}: ${name} has ${length} probabilities, and the model ${classes} classes`,
      );
    }
  }
  return reference;
}

function parse(file: string): Map<string, number[]> {
  try {
    return new Map(Object.entries(schema.parse(JSON.parse(readFileSync(file, 'utf8')))));
  } catch (cause) {
    throw new ToolError(
      `${file} is no reference: it must be a JSON object of lists of probabilities by file name`,
      { cause },
    );
  }
}
