import { spawn } from 'node:child_process';

/** Starts programs that use all the processor time that they get. @returns what ends them */
export function startBusyPrograms(count: number): () => void {
  const programs = Array.from({ length: count }, () =>
    spawn('sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' }),
  );
  const end = () => {
    process.off('exit', end);
    for (const program of programs) program.kill('SIGKILL');
  };
  process.once('exit', end);
  return end;
}
