import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { join } from 'node:path';

// Loaded before each program of a covered run (npm test), its worker threads included: notes which lines of the sources run
// and writes them, when the thread ends, to the folder in COVERAGE_FOLDER, in the form that c8 reads.
//
// NODE_V8_COVERAGE does the same for every file that is loaded, libraries and their source maps included: over 1 GB for
// the suite, and two fifths of its processor time.

interface Coverage {
  readonly result: readonly { readonly url: string }[];
}

const SOURCES = new URL('../src/', import.meta.url).href;
const folder = process.env['COVERAGE_FOLDER'];
if (folder !== undefined) {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  process.on('exit', () => {
    // A session of the own thread answers before post returns.
    session.post('Profiler.takePreciseCoverage', (error: Error | null, all: Coverage) => {
      if (error !== null) throw error;
      const result = all.result.filter(({ url }) => url.startsWith(SOURCES));
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, `coverage-${randomUUID()}.json`), JSON.stringify({ result }));
    });
  });
}
