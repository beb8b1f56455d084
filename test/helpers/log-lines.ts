/** A line of the server's log, as far as tests read it. */
export interface LogLine {
  readonly pid: number;
  readonly status?: number;
  readonly requestId?: string;
}

/** The whole lines of the log so far; the last one may still be on its way. */
export function logLines(stdout: string): LogLine[] {
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as LogLine);
}
