import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ModelRefusedError } from '../../engine/index.js';
import { nameFrom } from './guess-manifest.js';

/** What is there of a model folder. */
export interface ModelFiles {
  /** Where the model lies, or should. */
  readonly folder: string;
  /** The ONNX file, whatever its name and place. */
  readonly onnx: string;
  readonly hasManifest: boolean;
  readonly hasLabels: boolean;
}

/**
 * Looks for a model at `path`: a folder, or a bare ONNX file.
 *
 * @throws {ModelRefusedError} when there is no ONNX file
 */
export function findModelFiles(path: string): ModelFiles {
  if (!existsSync(path)) throw new ModelRefusedError(`${path} does not exist`);
  if (!statSync(path).isDirectory()) {
    const name = nameFrom(basename(path).replace(/\.onnx$/i, ''));
    // A file called model.onnx lies where it should.
    const folder = basename(path) === 'model.onnx' ? dirname(path) : join('models', name);
    return { folder, onnx: path, ...textFiles(folder) };
  }
  const files = readdirSync(path).filter((name) => /\.onnx$/i.test(name));
  const [only] = files;
  if (files.includes('model.onnx') || (only !== undefined && files.length === 1)) {
    const onnx = join(path, files.includes('model.onnx') ? 'model.onnx' : String(only));
    return { folder: path, onnx, ...textFiles(path) };
  }
  throw new ModelRefusedError(
    files.length === 0
      ? `${path} has no model.onnx; a model is a folder with model.onnx, labels.txt and model.json`
      : `${path} has several ONNX files (${files.join(', ')}); call the one to serve model.onnx`,
  );
}

function textFiles(folder: string) {
  return {
    hasManifest: existsSync(join(folder, 'model.json')),
    hasLabels: existsSync(join(folder, 'labels.txt')),
  };
}
