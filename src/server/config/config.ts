import { z } from 'zod';
import { DECODER_CHOICES } from '../../decode/index.js';
import { PRECISIONS, PROVIDERS } from '../../engine/provider.js';

const KIB = 1024;
const MIB = 1024 * KIB;

/** A whole number of milliseconds. */
const ms = (min: number, max: number) => z.int().min(min).max(max);

/**
 * Every knob of the server, with unit, default and bounds: this schema is its manual, from which
 * docs/configuration.md and docs/batch-dispatch.schema.json are written.
 */
export const configSchema = z.strictObject({
  $schema: z
    .string()
    .optional()
    .describe('Where an editor finds the JSON Schema; the server does not read it.'),
  models: z
    .array(z.string().min(1))
    .min(1)
    .max(64)
    .default(['models/demo'])
    .describe(
      'Folders of the models to serve side by side, relative to this file; without a file, to the project. The first answers requests without `?model=`. `--model DIR`, once or more, wins.',
    ),
  server: z
    .strictObject({
      host: z
        .string()
        .min(1)
        .default('127.0.0.1')
        .describe(
          'Address to listen on. There is no authentication: put a proxy in front before you open it. `HOST` wins.',
        ),
      port: z
        .int()
        .min(0)
        .max(65535)
        .default(8000)
        .describe('TCP port; 0 takes a free one. `PORT` wins.'),
      processes: z
        .int()
        .min(1)
        .max(64)
        .default(1)
        .describe('Serving processes for each device; limits hold for each of them.'),
      maxConnections: z
        .int()
        .min(1)
        .max(65536)
        .default(4096)
        .describe('Connections held at once; more are closed at once.'),
      maxBodyBytes: z
        .int()
        .min(KIB)
        .max(1024 * MIB)
        .default(16 * MIB)
        .describe('Largest request body in bytes, by its header and as it arrives.'),
      maxUploadBytes: z
        .int()
        .min(KIB)
        .max(1024 * 1024 * MIB)
        .default(1024 * MIB)
        .describe(
          'Most bytes of request bodies held at once, from their arrival to the answer, at least maxBodyBytes; over it a request is refused with 503.',
        ),
      headersTimeoutMs: ms(100, 600_000)
        .default(5_000)
        .describe('Milliseconds that a client may take to send its headers.'),
      requestTimeoutMs: ms(100, 600_000)
        .default(15_000)
        .describe('Milliseconds that a client may take to send headers and body.'),
      keepAliveTimeoutMs: ms(1, 600_000)
        .default(65_000)
        .describe(
          'Milliseconds that an idle connection is kept. Longer than that of the proxy in front, if there is one.',
        ),
      drainTimeoutMs: ms(0, 600_000)
        .default(15_000)
        .describe(
          'Milliseconds after SIGTERM to finish what was accepted; then the server ends with code 1.',
        ),
      logLevel: z
        .enum(['debug', 'info', 'warn', 'error', 'silent'])
        .default('info')
        .describe('Least severe log line written. Each request is one line: info, warn for 5xx.'),
    })
    .refine(({ maxBodyBytes, maxUploadBytes }) => maxBodyBytes <= maxUploadBytes, {
      path: ['maxUploadBytes'],
      message: 'must not be less than maxBodyBytes',
    })
    .prefault({}),
  engine: z
    .strictObject({
      provider: z
        .enum(['auto', ...PROVIDERS])
        .default('auto')
        .describe(
          'What runs the model. "auto" takes the first of tensorrt, cuda, webgpu and cpu that really runs it; one that is named works or the server does not start.',
        ),
      devices: z
        .union([z.literal('all'), z.array(z.int().min(0).max(63)).min(1)])
        .default('all')
        .describe(
          'GPUs to use, by index in what CUDA_VISIBLE_DEVICES allows; each gets processes of its own.',
        ),
      lanesPerDevice: z
        .int()
        .min(1)
        .max(8)
        .default(1)
        .describe(
          'Sessions of each serving process, each in a thread of its own. More overlap copying and computing on a GPU, and cost a core each.',
        ),
      precision: z
        .enum(PRECISIONS)
        .default('fp16')
        .describe('Precision of TensorRT engines; the other providers run the model as it is.'),
      build: z
        .boolean()
        .default(true)
        .describe(
          'Whether to build a TensorRT engine before serving where none fits; that takes from seconds to minutes.',
        ),
      allowCpuNodes: z
        .boolean()
        .default(false)
        .describe(
          'Lets nodes that cuda or webgpu do not take run on the CPU, which is slow; the log lists them.',
        ),
    })
    .prefault({}),
  decode: z
    .strictObject({
      decoder: z
        .enum(DECODER_CHOICES)
        .default('native')
        .describe(
          '"gpu" is the JPEG units of an NVIDIA data-centre GPU, and "native" for images that they do not take; "native" is libjpeg-turbo; "jpeg-js" is JavaScript, 3 to 20 times slower, for platforms without the former. "auto" takes the GPU where it decodes a trial image right, else native; "gpu" works or the server does not start.',
        ),
      threads: z
        .int()
        .min(0)
        .max(1024)
        .default(0)
        .describe(
          'Threads of each serving process that decode; 0 shares the usable cores among the processes, and means at least 2.',
        ),
      maxPixels: z
        .int()
        .min(1)
        .max(268_435_456)
        .default(25_000_000)
        .describe('Largest image in pixels, width times height; more is refused before decoding.'),
    })
    .prefault({}),
  batching: z
    .strictObject({
      maxBatchSize: z.int().min(1).max(1024).default(32).describe('Most images run together.'),
      maxQueueDelayMs: z
        .number()
        .min(0)
        .max(10_000)
        .default(0)
        .describe(
          'Longest time in milliseconds that a batch is held open for more images while a lane is idle; 0 holds none.',
        ),
      allowedBatchSizes: z
        .array(z.int().min(1).max(1024))
        .default([])
        .describe(
          'Sizes in which batches run, rising, the last being maxBatchSize; a batch between two is padded up or split down, whichever costs less per image. Empty runs every size.',
        ),
      maxQueueSize: z
        .int()
        .min(1)
        .max(1_000_000)
        .default(1024)
        .describe(
          'Most images accepted and not yet dispatched; over it a request is refused with 503.',
        ),
      latencyGoalMs: ms(1, 600_000)
        .optional()
        .describe(
          'Milliseconds from the first header to the answer that 99 of 100 answers are to keep; a request that is expected to take longer is refused at once with 503. Without it, requests are refused that would miss their deadline.',
        ),
      defaultTimeoutMs: ms(1, 600_000)
        .default(10_000)
        .describe(
          'Milliseconds from the first header to the answer, unless the client sends X-Request-Timeout-Ms.',
        ),
    })
    .superRefine(({ maxBatchSize, allowedBatchSizes: sizes }, context) => {
      const isRising = sizes.every((size, i) => i === 0 || size > Number(sizes[i - 1]));
      if (sizes.length > 0 && (!isRising || sizes.at(-1) !== maxBatchSize)) {
        context.addIssue({
          code: 'custom',
          path: ['allowedBatchSizes'],
          message: `must rise and end with maxBatchSize, ${maxBatchSize}`,
        });
      }
    })
    .prefault({}),
});

/** The configuration with every default filled in. */
export type Config = z.infer<typeof configSchema>;
