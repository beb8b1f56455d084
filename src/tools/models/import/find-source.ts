import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { ModelRefusedError } from '../../../engine/index.js';
import { type Json, readJsonFile } from './json-file.js';

/** A model as an exporter left it. */
export interface ModelSource {
  /** Path of the ONNX file. */
  readonly onnx: string;
  /** The folder with the configurations; the ONNX file may be in its folder `onnx`. */
  readonly folder: string;
  /** The name of the folder, or of the file if that was given. */
  readonly title: string;
  readonly config?: Json | undefined;
  readonly processor?: Json | undefined;
}

/**
 * Finds the ONNX file and the configurations of a folder of Hugging Face or timm, or of a bare ONNX file.
 *
 * @throws {ModelRefusedError} if there is no ONNX file, or several to choose from
 */
export function findSource(path: string): ModelSource {
  if (!existsSync(path)) throw new ModelRefusedError(`${path} does not exist`);
  const isFolder = statSync(path).isDirectory();
  const onnx = isFolder ? onnxIn(path) : path;
  const own = dirname(onnx);
  const isInside = basename(resolve(own)) === 'onnx' && !existsSync(join(own, 'config.json'));
  const folder = isInside ? dirname(resolve(own)) : own;
  const title = isFolder ? basename(resolve(path)) : basename(onnx).replace(/\.onnx$/i, '');
  return {
    onnx,
    folder,
    title: title === 'model' ? basename(resolve(folder)) : title,
    config: readJsonFile(join(folder, 'config.json')),
    processor: readJsonFile(join(folder, 'preprocessor_config.json')),
  };
}

function onnxIn(folder: string): string {
  for (const own of [folder, join(folder, 'onnx')]) {
    if (!existsSync(own)) continue;
    const files = readdirSync(own).filter((name) => /\.onnx$/i.test(name));
    const [only] = files;
    if (files.includes('model.onnx')) return join(own, 'model.onnx');
    if (only !== undefined && files.length === 1) return join(own, only);
    if (files.length > 1) {
      throw new ModelRefusedError(
        `${own} has several ONNX files (${files.join(', ')}); give the one to import, such as ${join(own, String(only))}`,
      );
    }
  }
  throw new ModelRefusedError(`${folder} has no ONNX file; export the model to ONNX first`);
}
