import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ModelRefusedError } from '../../engine/index.js';
import { nameFrom } from './guess-manifest.js';

/** The files of a model folder that exist. */
export interface ModelFiles {
  /** The folder of the model, which may not exist yet. */
  readonly folder: string;
  /** The ONNX file, whatever its name and folder. */
  readonly onnx: string;
  readonly hasManifest: boolean;
  readonly hasLabels: boolean;
}

/**
 * Looks for a model at `path`: a folder, or a bare ONNX file.
 *
 * @throws {ModelRefusedError} if there is no ONNX file
 */
export function findModelFiles(path: string): ModelFiles {
  if (!existsSync(path)) throw new ModelRefusedError(`${path} does not exist`);
  if (!statSync(path).isDirectory()) {
    const name = nameFrom(basename(path).replace(/\.onnx$/i, ''));
    // A file named model.onnx is already in its model folder.
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
      : `${path} has several ONNX files (${files.join(', ')}); rename the one to serve to model.onnx`,
  );
}

function textFiles(folder: string) {
  return {
    hasManifest: existsSync(join(folder, 'model.json')),
    hasLabels: existsSync(join(folder, 'labels.txt')),
  };
}
