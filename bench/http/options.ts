import { readdirSync, readFileSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { readFlags } from '../../src/tools/read-flags.js';
import type { Setting } from './figures.js';

const USAGE = `Usage: npm run bench -- [--full | --smoke] [--compare REV] [options]

Starts the server with one image per batch, and batched with each window, and drives it with a closed loop of connections.

  --full               windows 0,1,2,5,10, up to 256 connections, longer rounds; takes a quarter of an hour
  --smoke              takes a few seconds and checks that all answers are correct; the figures mean nothing
  --brief              the settings alone: no ceilings, other images, independent clients or null service
  --compare REV        another revision, built in a temporary folder, alternating with this one
  --model DIR          the model to serve (default models/demo)
  --images PATH        a JPEG or a folder of JPEGs; repeat for several
                       (default images/2.jpg, and then the other sizes and a mix)
  --config FILE        a batch-dispatch.json with all settings except those that are measured
  --max-batch N        maxBatchSize of the batched settings (default 32)
  --windows LIST       windows of the batched settings in ms (default 0,5)
  --decoders LIST      decoders to compare, from native, jpeg-js, gpu (default: that of the configuration)
  --connections LIST   numbers of connections (default 1,8,64)
  --seconds S          length of each measurement (default 2)
  --rounds N           number of rounds; the result is the median (default 3)
  --load-processes N   number of load generators (default 1; 4 on 8 or more cores)
  --load-cores LIST    cores for the generators alone, as for taskset; needs --server-cores too
  --server-cores LIST  cores for the server
  --cpu-prof DIR       a profile of each process and thread of the server, for Chrome's developer tools
  --out STEM           writes STEM.json, STEM.svg and STEM.png
  --revision NAME      name of the revision, if there is no git
`;

export interface Options {
  readonly isSmoke: boolean;
  readonly isBrief: boolean;
  readonly compare: string | undefined;
  readonly model: string;
  readonly config: {
    readonly batching?: object;
    readonly decode?: { readonly decoder?: string };
  };
  readonly images: readonly string[];
  /** Whether no images were named. */
  readonly isPlain: boolean;
  readonly settings: readonly Setting[];
  readonly connections: readonly number[];
  readonly maxBatchSize: number;
  readonly warmSeconds: number;
  readonly seconds: number;
  readonly rounds: number;
  readonly source: { readonly processes: number; readonly cores: string | undefined };
  readonly serverCores: string | undefined;
  readonly profiles: string | undefined;
  readonly out: string | undefined;
  readonly revision: string | undefined;
}

/** 227x227, 16 kB, as in the original server's benchmark. */
export const PLAIN_IMAGE = 'images/2.jpg';

const DECODERS = ['native', 'jpeg-js', 'gpu'];

const PRESETS = {
  quick: { windows: '0,5', connections: '1,8,64', seconds: '2', rounds: '3' },
  full: { windows: '0,1,2,5,10', connections: '1,8,32,64,128,256', seconds: '5', rounds: '3' },
  smoke: { windows: '0', connections: '2', seconds: '0.3', rounds: '1' },
} as const;

/** @throws as readFlags */
export function readOptions(args: readonly string[]): Options {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values } = readFlags(USAGE, {
    args: [...args],
    options: {
      full: flag,
      smoke: flag,
      brief: flag,
      compare: text,
      model: { ...text, default: 'models/demo' },
      images: { ...text, multiple: true, default: [PLAIN_IMAGE] },
      config: text,
      'max-batch': { ...text, default: '32' },
      windows: text,
      decoders: text,
      connections: text,
      seconds: text,
      rounds: text,
      'load-processes': { ...text, default: availableParallelism() >= 8 ? '4' : '1' },
      'load-cores': text,
      'server-cores': text,
      'cpu-prof': text,
      out: text,
      revision: text,
    },
  });
  const preset = PRESETS[values.full ? 'full' : values.smoke ? 'smoke' : 'quick'];
  const numbers = (list: string) => list.split(',').map(Number);
  const maxBatchSize = Number(values['max-batch']);
  const windows = numbers(values.windows ?? preset.windows);
  const settings: Setting[] = [
    { name: 'batch 1', maxBatchSize: 1, maxQueueDelayMs: 0 },
    ...windows.map((window) => ({
      name: `window ${window}`,
      maxBatchSize,
      maxQueueDelayMs: window,
    })),
  ];
  const decoders = values.decoders?.split(',');
  if (decoders?.some((name) => !DECODERS.includes(name))) {
    throw new Error(`--decoders takes ${DECODERS.join(', ')}`);
  }
  return {
    isSmoke: values.smoke,
    isBrief: values.brief,
    compare: values.compare,
    model: resolve(values.model),
    config: values.config === undefined ? {} : JSON.parse(readFileSync(values.config, 'utf8')),
    images: values.images.flatMap(jpegsOf),
    isPlain: values.images.every((path) => path === PLAIN_IMAGE),
    settings:
      decoders?.flatMap((decoder) => settings.map((setting) => ({ ...setting, decoder }))) ??
      settings,
    connections: numbers(values.connections ?? preset.connections),
    maxBatchSize,
    warmSeconds: values.smoke ? 0.1 : 0.5,
    seconds: Number(values.seconds ?? preset.seconds),
    rounds: Number(values.rounds ?? preset.rounds),
    source: { processes: Number(values['load-processes']), cores: values['load-cores'] },
    serverCores: values['server-cores'],
    profiles: values['cpu-prof'] === undefined ? undefined : resolve(values['cpu-prof']),
    out: values.out,
    revision: values.revision,
  };
}

function jpegsOf(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .filter((name) => /\.jpe?g$/i.test(name))
    .sort()
    .map((name) => join(path, name));
}
