import { z } from 'zod';
import { DECODER_CHOICES, DEFAULT_FORMATS, IMAGE_FORMATS } from '../../decode/index.js';
import { PRECISIONS, PROVIDERS } from '../../engine/provider.js';

const KIB = 1024;
const MIB = 1024 * KIB;

const byte = z.int().min(0).max(255);

/** A whole number of milliseconds. */
const ms = (min: number, max: number) => z.int().min(min).max(max);

/**
 * All settings of the server, with unit, default and bounds. `npm run docs` generates docs/configuration.md and
 * docs/batch-dispatch.schema.json from this schema.
 */
export const configSchema = z.strictObject({
  $schema: z
    .string()
    .optional()
    .describe('Tells an editor where the JSON Schema is; the server ignores it.'),
  models: z
    .array(z.string().min(1))
    .min(1)
    .max(64)
    .default(['models/demo'])
    .describe(
      'Folders of the models to serve side by side. Relative paths start at the folder of this file; the default starts at the project. Requests without `?model=` go to the first model. `--model DIR`, given once or more, overrides this list.',
    ),
  server: z
    .strictObject({
      host: z
        .string()
        .min(1)
        .default('127.0.0.1')
        .describe(
          'Address to listen on. The server has no authentication: put a proxy in front of it before you expose it. The environment variable `HOST` overrides this.',
        ),
      port: z
        .int()
        .min(0)
        .max(65535)
        .default(8000)
        .describe(
          'TCP port; 0 selects a free one. The environment variable `PORT` overrides this.',
        ),
      processes: z
        .int()
        .min(1)
        .max(64)
        .default(1)
        .describe(
          'Number of serving processes per device. All limits apply to each process separately.',
        ),
      allowedHosts: z
        .array(
          z
            .string()
            .regex(/^[a-z0-9.:[\]-]+$/, 'must be a host name in lower case, without a port'),
        )
        .max(64)
        .default([])
        .describe(
          'Host names that requests may have in their Host header, without ports; a request with another name gets 421. Empty allows all. A list protects against DNS rebinding, with which a web page could read the answers of this server.',
        ),
      benchmark: z
        .boolean()
        .default(true)
        .describe(
          'Whether `/benchmark` exists. Turn it off if untrusted clients can reach the server.',
        ),
      page: z
        .boolean()
        .default(true)
        .describe(
          'Whether `/` answers a browser with a page that classifies an image and shows what the server does. Without it, a browser gets 404 there.',
        ),
      maxConnections: z
        .int()
        .min(1)
        .max(65536)
        .default(4096)
        .describe(
          'Maximum number of open connections, fewer if the limit on open files (ulimit -n) is lower. For a connection over the limit, the one that has been idle longest is closed; if none is idle, the new one is.',
        ),
      maxBodyBytes: z
        .int()
        .min(KIB)
        .max(1024 * MIB)
        .default(16 * MIB)
        .describe(
          'Maximum size of a request body in bytes. Checked against Content-Length, and as the body arrives.',
        ),
      maxUploadBytes: z
        .int()
        .min(KIB)
        .max(1024 * 1024 * MIB)
        .default(1024 * MIB)
        .describe(
          'Maximum total size in bytes of the request bodies in memory; each counts from its arrival until its answer. Must not be less than maxBodyBytes. A request over the limit is refused with 503.',
        ),
      headersTimeoutMs: ms(100, 600_000)
        .default(5_000)
        .describe('Maximum time in milliseconds for a client to send the headers.'),
      requestTimeoutMs: ms(100, 600_000)
        .default(15_000)
        .describe('Maximum time in milliseconds for a client to send the headers and the body.'),
      keepAliveTimeoutMs: ms(1, 600_000)
        .default(65_000)
        .describe(
          'Time in milliseconds after which an idle connection is closed. If there is a proxy in front, use a longer time than the proxy does.',
        ),
      drainTimeoutMs: ms(0, 600_000)
        .default(15_000)
        .describe(
          'Maximum time in milliseconds after SIGTERM to finish accepted requests. When it is over, the server exits with code 1.',
        ),
      hangTimeoutMs: ms(1_000, 600_000)
        .default(10_000)
        .describe(
          'Time in milliseconds without a sign of life after which a serving process is killed and replaced. Time in which the process waits for a processor does not count. While a process starts, the time is six times as long.',
        ),
      corsOrigins: z
        .array(z.string().min(1))
        .max(64)
        .default([])
        .describe(
          'Origins whose pages may call the server from a browser, such as "https://example.com"; "*" alone allows all. Empty allows none.',
        ),
      logLevel: z
        .enum(['debug', 'info', 'warn', 'error', 'silent'])
        .default('info')
        .describe(
          'Lowest level that is logged. Each request logs one line: info, or warn for a 5xx answer.',
        ),
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
          'Provider that runs the model. "auto" selects the first of tensorrt, cuda, webgpu and cpu that runs the warm-up. If a named provider does not work, the server does not start.',
        ),
      devices: z
        .union([z.literal('all'), z.array(z.int().min(0).max(63)).min(1)])
        .default('all')
        .describe(
          'GPUs to use, as indexes into the GPUs that CUDA_VISIBLE_DEVICES allows. Each GPU has its own serving processes.',
        ),
      lanesPerDevice: z
        .int()
        .min(1)
        .max(8)
        .default(1)
        .describe(
          'Number of lanes (sessions) per serving process; each runs in its own thread. A second lane overlaps copying with computing on a GPU. Each lane can occupy a CPU core.',
        ),
      precision: z
        .enum(PRECISIONS)
        .default('fp16')
        .describe(
          'Precision of TensorRT engines. The other providers run the model in its own precision.',
        ),
      build: z
        .boolean()
        .default(true)
        .describe(
          'If no TensorRT engine fits the model and the GPU, build one before serving. A build takes from seconds to minutes.',
        ),
      allowCpuNodes: z
        .boolean()
        .default(false)
        .describe(
          'Run the nodes of the model that cuda or webgpu does not support on the CPU. This is slow; the log lists the nodes.',
        ),
    })
    .prefault({}),
  decode: z
    .strictObject({
      decoder: z
        .enum(DECODER_CHOICES)
        .default('native')
        .describe(
          '"native" uses libjpeg-turbo. "gpu" uses the JPEG units of an NVIDIA data-centre GPU, and "native" for images that the units do not support; if the units do not work, the server does not start. "auto" uses the GPU if it decodes trial images correctly, otherwise "native", or "jpeg-js" if "native" cannot be loaded. "jpeg-js" is JavaScript, many times slower, for platforms without a native decoder.',
        ),
      threads: z
        .int()
        .min(0)
        .max(1024)
        .default(0)
        .describe(
          'Number of decode threads per serving process. 0 divides the available cores among the processes, with at least 2 threads each.',
        ),
      maxPixels: z
        .int()
        .min(1)
        .max(268_435_456)
        .default(25_000_000)
        .describe(
          'Maximum size of an image in pixels, width times height. A larger image is refused before decoding.',
        ),
      formats: z
        .array(z.enum(IMAGE_FORMATS))
        .min(1)
        .default([...DEFAULT_FORMATS])
        .describe(
          'Image formats that are accepted; of several frames or pages the first is classified. An image in one of the other formats is refused with 415.',
        ),
      alphaBackground: z
        .union([z.literal('drop'), z.tuple([byte, byte, byte])])
        .default('drop')
        .describe(
          'Handling of transparency: "drop" ignores it, as convert("RGB") does in Pillow; red, green and blue lay the image over that colour.',
        ),
    })
    .prefault({}),
  batching: z
    .strictObject({
      maxBatchSize: z
        .int()
        .min(1)
        .max(1024)
        .default(32)
        .describe('Maximum number of images in a batch.'),
      maxQueueDelayMs: z
        .number()
        .min(0)
        .max(10_000)
        .default(0)
        .describe(
          'Maximum time in milliseconds that a batch is held open for more images while a lane is idle. 0 holds no batch back.',
        ),
      allowedBatchSizes: z
        .array(z.int().min(1).max(1024))
        .default([])
        .describe(
          'Batch sizes that may run, in ascending order, ending with maxBatchSize. A batch between two sizes is padded up or split down, whichever costs less per image. If empty, every size may run.',
        ),
      maxQueueSize: z
        .int()
        .min(1)
        .max(1_000_000)
        .default(1024)
        .describe(
          'Maximum number of images that are accepted and not yet dispatched. A request over the limit is refused with 503.',
        ),
      latencyGoalMs: ms(1, 600_000)
        .optional()
        .describe(
          'Latency in milliseconds that 99 of 100 answers are to keep, from the arrival of the request to its answer. A request that is expected to take longer is refused at once with 503. Without a goal, only requests that would miss their deadline are refused.',
        ),
      defaultTimeoutMs: ms(1, 600_000)
        .default(10_000)
        .describe(
          'Deadline in milliseconds, from the arrival of the headers to the answer. The header X-Request-Timeout-Ms overrides it per request.',
        ),
    })
    .superRefine(({ maxBatchSize, allowedBatchSizes: sizes }, context) => {
      const isRising = sizes.every((size, i) => i === 0 || size > Number(sizes[i - 1]));
      if (sizes.length > 0 && (!isRising || sizes.at(-1) !== maxBatchSize)) {
        context.addIssue({
          code: 'custom',
          path: ['allowedBatchSizes'],
          message: `must be in ascending order and end with maxBatchSize, ${maxBatchSize}`,
        });
      }
    })
    .prefault({}),
});

/** The configuration, with defaults for all keys that were not set. */
export type Config = z.infer<typeof configSchema>;
