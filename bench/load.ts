import { readFileSync } from 'node:fs';
import autocannon, { type Result } from 'autocannon';
import { SingleBar } from 'cli-progress';

// Closed-loop load over HTTP, like that of the original server's clients: each connection sends its next request once
// it has its answer. It uses autocannon's API, because autocannon's command line corrupts binary bodies.

const USAGE = `Usage: npm run bench:load

Environment:
  URL           address (default: http://127.0.0.1:8000/api/classify); /benchmark measures all but decoding
  CONCURRENCY   connections, each with one request at a time (default: 64)
  REQUESTS      total number of requests (default: 10000)
  IMAGE         file to post (default: images/2.jpg)`;

interface Load {
  readonly url: string;
  readonly connections: number;
  readonly amount: number;
  readonly body: Buffer;
}

/** A setting is invalid. The message is for the user. */
class SettingError extends Error {}

function readLoad(env: NodeJS.ProcessEnv): Load {
  const url = env['URL'] || 'http://127.0.0.1:8000/api/classify';
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) {
    throw new SettingError(`URL: "${url}" is not an address that starts with http`);
  }
  const amount = readCount(env, 'REQUESTS', 10_000);
  const connections = readCount(env, 'CONCURRENCY', 64);
  if (connections > amount) {
    throw new SettingError(
      `CONCURRENCY: there are more connections (${connections}) than requests`,
    );
  }
  return { url, connections, amount, body: readImage(env['IMAGE'] || 'images/2.jpg') };
}

function readCount(env: NodeJS.ProcessEnv, name: string, byDefault: number): number {
  const text = env[name] || String(byDefault);
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new SettingError(`${name}: "${text}" is not a positive whole number`);
  return Number(text);
}

function readImage(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new SettingError(`IMAGE: ${file} cannot be read`, { cause });
  }
}

async function run(load: Load): Promise<void> {
  const bar = new SingleBar({ format: '{bar} {value}/{total} requests', stream: process.stderr });
  bar.start(load.amount, 0);
  const startedMs = performance.now();
  // autocannon reports its own duration only in whole seconds.
  let lastAnswerMs = startedMs;
  const { latency, requests, statusCodeStats, errors } = await new Promise<Result>(
    (resolve, reject) => {
      autocannon({ ...load, method: 'POST' }, (error, result) =>
        error ? reject(error) : resolve(result),
      ).on('response', () => {
        lastAnswerMs = performance.now();
        bar.increment();
      });
    },
  );
  bar.stop();
  const answers = Object.entries(statusCodeStats ?? {}).map(
    ([status, { count = 0 }]) => `${count} times ${status}`,
  );
  if (errors > 0) answers.push(`${errors} times no answer`);
  console.log(`asked       ${load.url}, ${load.connections} connections`);
  console.log(`answers     ${answers.join(', ')}`);
  if (requests.total > 0) {
    const rate = requests.total / ((lastAnswerMs - startedMs) / 1000);
    console.log(`throughput  ${rate.toFixed(0)} answers/s`);
    console.log(
      `latency     p50 ${latency.p50} ms, p99 ${latency.p99} ms, longest ${latency.max} ms`,
    );
  }
  process.exitCode = statusCodeStats?.['200']?.count === load.amount ? 0 : 1;
}

try {
  if (process.argv.includes('--help')) console.log(USAGE);
  else await run(readLoad(process.env));
} catch (error) {
  if (!(error instanceof SettingError)) throw error;
  console.error(`${error.message}\n\n${USAGE}`);
  process.exitCode = 1;
}
