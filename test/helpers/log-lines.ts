/** The fields of a log line that tests read. */
export interface LogLine {
  readonly pid: number;
  readonly status?: number;
  readonly requestId?: string;
}

/** The complete lines of the log so far; the last line may still be incomplete. */
export function logLines(stdout: string): LogLine[] {
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as LogLine);
}
