import { mkdir, rename, rmdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DownloadError, type DownloadOptions, downloadFile } from './download-file.js';
import { type KnownModel, ZOO } from './known-models.js';
import { manifestText } from './manifest-text.js';
import { sha256OfFile } from './sha256-of-file.js';

export interface PullOptions extends DownloadOptions {
  /** Base URL of a copy of the zoo's folders. */
  readonly from?: string;
}

/**
 * Downloads a model into `root`/its name, complete or not at all. Until all files are complete and verified, they are
 * kept in a hidden folder beside it, from which a later pull resumes.
 *
 * @returns false if the model already existed
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
      `${folder} already exists, and its files are not those of ${model.name}; move it away, or check it as it is`,
    );
  }
  const unfinished = join(root, `.${model.name}.part`);
  await onDisk(unfinished, () => mkdir(unfinished, { recursive: true }));
  try {
    await downloadAll(model, unfinished, options);
  } catch (error) {
    // Removes the folder only if it is empty, so that a later pull can resume.
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
