#!/usr/bin/env node
import { HelpWanted, nearest, UsageError } from './tools/read-flags.js';
import { runTool } from './tools/run-tool.js';

// The command of the package. It chooses a program by its first words, and the program reads the other words.

interface Command {
  readonly summary: string;
  /** Loading it runs it. */
  readonly run: () => Promise<unknown>;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  serve: {
    summary: 'serve one model or several',
    run: () => import('./server/supervisor/supervisor.js'),
  },
  classify: {
    summary: 'classify files and folders of images without a server',
    run: () => import('./tools/classify.js'),
  },
  models: {
    summary: 'list, pull, import or check models',
    run: () => import('./tools/models.js'),
  },
  tune: {
    summary: 'recommend a batch window and a number of GPUs for a latency goal',
    run: () => import('./tools/tune.js'),
  },
  'tune measure': {
    summary: 'measure the batches of a model on this host, for tune',
    run: () => import('./tools/tune-measure.js'),
  },
  bench: {
    summary: 'measure over HTTP what batching gains; in a clone of the source only',
    run: () => import('./tools/bench.js'),
  },
  accuracy: {
    summary: 'count how many labelled images a running server classifies correctly',
    run: () => import('./tools/accuracy.js'),
  },
  parity: {
    summary: "compare a running server's probabilities with those of another framework",
    run: () => import('./tools/parity.js'),
  },
  'gpu check': {
    summary: 'show what this host has for GPUs, and what is missing',
    run: () => import('./tools/gpu-check.js'),
  },
  'gpu install': {
    summary: 'install the CUDA and TensorRT libraries of ONNX Runtime',
    run: () => import('./tools/gpu-install.js'),
  },
  'engine build': {
    summary: 'build the TensorRT engine of a model before it is served',
    run: () => import('./tools/engine-build.js'),
  },
  'config print': {
    summary: 'print the configuration that serve would use',
    run: () => import('./tools/config-print.js'),
  },
  'config schema': {
    summary: 'print the JSON Schema of the configuration',
    run: () => import('./tools/config-schema.js'),
  },
};

const WIDTH = Math.max(...Object.keys(COMMANDS).map(({ length }) => length)) + 2;
const USAGE = `Usage: batch-dispatch COMMAND [flags]

${Object.entries(COMMANDS)
  .map(([name, { summary }]) => `  ${name.padEnd(WIDTH)}${summary}`)
  .join('\n')}

  batch-dispatch COMMAND --help   the flags of a command
  batch-dispatch --version        the version`;

async function main(): Promise<void> {
  const words = process.argv.slice(2);
  const [first = '--help', second] = words;
  if (first === '--help' || first === '-h') throw new HelpWanted(USAGE);
  if (first === '--version') {
    const { programVersion } = await import('./server/program-version.js');
    process.stdout.write(`${programVersion()}\n`);
    return;
  }
  const name = [`${first} ${second}`, first].find((name) => Object.hasOwn(COMMANDS, name));
  if (name === undefined) {
    const wanted = words.filter((word) => !word.startsWith('-')).slice(0, 2);
    const near = nearest(wanted.join(' '), COMMANDS) ?? nearest(first, COMMANDS);
    const hint = near === undefined ? '' : `; did you mean ${near}?`;
    throw new UsageError(
      `there is no command "${wanted.join(' ') || first}"${hint}\nbatch-dispatch --help lists the commands.`,
    );
  }
  process.argv.splice(2, name.split(' ').length);
  await COMMANDS[name]?.run();
}

await runTool(main);
