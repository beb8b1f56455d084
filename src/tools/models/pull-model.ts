import { mkdir, rename, rmdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DownloadError, type DownloadOptions, downloadFile } from './download-file.js';
import { type KnownModel, ZOO } from './known-models.js';
import { manifestText } from './manifest-text.js';
import { sha256OfFile } from './sha256-of-file.js';

export interface PullOptions extends DownloadOptions {
  /** Where the zoo's folders lie. */
  readonly from?: string;
}

/**
 * Downloads a model into `root`/its name, whole or not at all: until every file is there and right, they gather in a
 * hidden folder beside it, from which a later pull goes on.
 *
 * @returns false if the model was there already
 * @throws {DownloadError} one sentence
 */
export async function pullModel(
  model: KnownModel,
  root: string,
  options: PullOptions = {},
): Promise<boolean> {
  const folder = join(root, model.name);
  if (await exists(folder)) {
    if (await isPinned(model, folder)) return false;
    throw new DownloadError(
      `${folder} exists already, and its files are not those of ${model.name}; move it away, or check it as it is`,
    );
  }
  const unfinished = join(root, `.${model.name}.part`);
  await onDisk(unfinished, () => mkdir(unfinished, { recursive: true }));
  try {
    await downloadAll(model, unfinished, options);
  } catch (error) {
    // Only where there is nothing to go on from.
    await rmdir(unfinished).catch(() => {});
    throw error;
  }
  const manifest = `${manifestText(model.manifest)}\n`;
  await onDisk(unfinished, () => writeFile(join(unfinished, 'model.json'), manifest));
  await onDisk(folder, () => rename(unfinished, folder));
  return true;
}

async function downloadAll(
  { files }: KnownModel,
  folder: string,
  { from = ZOO, progress, openFile }: PullOptions,
): Promise<void> {
  let before = 0;
  for (const { name, path, bytes, sha256 } of files) {
    const url = `${from.replace(/\/+$/, '')}/${path}`;
    await downloadFile({ url, bytes, sha256 }, join(folder, name), {
      progress: (there) => progress?.(before + there),
      ...(openFile ? { openFile } : {}),
    });
    before += bytes;
    progress?.(before);
  }
}

async function isPinned({ files }: KnownModel, folder: string): Promise<boolean> {
  for (const { name, sha256 } of files) {
    if ((await sha256OfFile(join(folder, name)).catch(() => '')) !== sha256) return false;
  }
  return await exists(join(folder, 'model.json'));
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}

async function onDisk(path: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    throw new DownloadError(`cannot write ${path} (${(cause as NodeJS.ErrnoException).code})`, {
      cause,
    });
  }
}
