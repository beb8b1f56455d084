import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

function git(...args: string[]): string {
  return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

/** The revision of this folder, with a plus if there are uncommitted changes; "unknown" without git. */
export function revisionHere(): string {
  try {
    const changed = git('status', '--porcelain', '--untracked-files=no') === '' ? '' : '+';
    return git('rev-parse', '--short', 'HEAD') + changed;
  } catch {
    return 'unknown';
  }
}

export interface OtherRevision {
  readonly root: string;
  readonly name: string;
  readonly remove: () => void;
}

/** Builds another revision in a temporary folder, with the packages that are installed here. */
export function buildRevision(revision: string): OtherRevision {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const root = join(folder, 'other');
  git('worktree', 'add', '--detach', root, revision);
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'));
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' });
  return {
    root,
    name: git('rev-parse', '--short', revision),
    remove() {
      git('worktree', 'remove', '--force', root);
      rmSync(folder, { recursive: true });
    },
  };
}
