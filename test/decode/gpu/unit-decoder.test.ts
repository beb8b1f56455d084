import { readFileSync } from 'node:fs';
import t from 'tap';
import { decodeImage } from '../../../src/decode/cpu/decode-image.js';
import { UnitDecoder, type UnitJob } from '../../../src/decode/gpu/unit-decoder.js';
import { UNIT_LIMITS } from '../../../src/decode/gpu/units-take.js';
import type { Orientation } from '../../../src/decode/header/image-header.js';
import { readImageHeader } from '../../../src/decode/header/read-image-header.js';
import { Resampler } from '../../../src/decode/resample/resampler.js';
import type { ImageInput } from '../../../src/engine/index.js';
import { NvjpegError } from '../../../src/native/nvjpeg.js';
import { CpuBackedGpu } from '../../helpers/cpu-backed-gpu.js';
import { solidJpeg } from '../../helpers/make-jpeg.js';

const SMALL: ImageInput = { width: 8, height: 6, resize: 'squash' };

function jobOf(bytes: Buffer, input: ImageInput = SMALL, orientation: Orientation = 1): UnitJob {
  const header = { ...readImageHeader(bytes, { maxPixels: 1e9 }), orientation };
  return { bytes, header, input, pixels: new Uint8Array(input.width * input.height * 3) };
}

async function expectedOf({ bytes, header, input, pixels }: UnitJob): Promise<Uint8Array> {
  const expected = new Uint8Array(pixels.length);
  await decodeImage(Buffer.from(bytes), header, 'native', input, new Resampler(), expected);
  return expected;
}

t.test('each image of a batch gets its own pixels: jobs and addresses are right', async (t) => {
  const gpu = new CpuBackedGpu();
  const decoder = new UnitDecoder(gpu.cuda, gpu.units);
  const photo = readFileSync('images/3.jpg');
  const inputs: ImageInput[] = [SMALL, { width: 10, height: 12, resize: { shortest: 16 } }];
  const jobs = inputs.flatMap((input) =>
    ([1, 2, 3, 4, 5, 6, 7, 8] as const).map((orientation) => jobOf(photo, input, orientation)),
  );
  jobs.push(jobOf(solidJpeg(33, 17, [10, 200, 30])));
  t.same(
    decoder.decode(jobs),
    jobs.map(() => undefined),
  );
  t.same(gpu.batches, [jobs.length]);
  for (const [i, job] of jobs.entries()) t.same(job.pixels, await expectedOf(job), `image ${i}`);
});

t.test('a batch is no larger than its room: images, rasters, pixels', async (t) => {
  const gpu = new CpuBackedGpu();
  const decoder = new UnitDecoder(gpu.cuda, gpu.units);
  const allocated = gpu.allocations.length;
  const grey = solidJpeg(8, 8, [9, 9, 9]);
  decoder.decode(Array.from({ length: UNIT_LIMITS.images + 1 }, () => jobOf(grey)));
  t.same(gpu.batches.splice(0), [UNIT_LIMITS.images, 1]);

  // Three of these fit in half of the room, so that six fit and seven do not.
  const side = Math.floor(Math.sqrt(UNIT_LIMITS.rasterBytes / 6.01 / 3));
  const large = solidJpeg(side, side, [9, 9, 9]);
  decoder.decode(Array.from({ length: 7 }, () => jobOf(large)));
  t.same(gpu.batches.splice(0), [6, 1]);

  const width = Math.floor(UNIT_LIMITS.pixelBytes / 2 / 3 / 1024);
  const wide: ImageInput = { width, height: 1024, resize: 'squash' };
  decoder.decode([jobOf(grey, wide), jobOf(grey, wide), jobOf(grey, wide)]);
  t.same(gpu.batches.splice(0), [2, 1]);
  t.equal(gpu.allocations.length, allocated, 'all memory was taken at the start');
});

t.test(
  'an image of which the units read another size is refused before anything is written',
  (t) => {
    const gpu = new CpuBackedGpu();
    const decoder = new UnitDecoder(gpu.cuda, gpu.units);
    const [good, other, unread] = [90, 91, 92].map((value) => solidJpeg(8, 8, [value, 0, 0])) as [
      Buffer,
      Buffer,
      Buffer,
    ];
    gpu.sizeOf = (bytes) => {
      if (bytes === unread) throw new Error('BAD_JPEG');
      return { width: bytes === other ? 9 : 8, height: 8 };
    };
    const refusals = decoder.decode([good, other, unread].map((bytes) => jobOf(bytes)));
    t.same(
      refusals.map((error) => error?.message),
      [undefined, 'nvJPEG reads 9x8 instead of 8x8', 'BAD_JPEG'],
    );
    t.same(gpu.batches, [1]);
    t.end();
  },
);

t.test('an image that the units leave out is refused, whatever lay in its place before', (t) => {
  const gpu = new CpuBackedGpu();
  const decoder = new UnitDecoder(gpu.cuda, gpu.units);
  const [first, second] = [solidJpeg(8, 8, [9, 9, 9]), solidJpeg(8, 8, [99, 99, 99])] as const;
  t.same(decoder.decode([jobOf(first), jobOf(first)]), [undefined, undefined]);
  gpu.leavesOut = (bytes) => bytes === second;
  t.same(
    decoder.decode([jobOf(first), jobOf(second)]).map((error) => error?.message),
    [undefined, 'the pixels are black: the units may have skipped the image'],
  );
  gpu.leavesOut = () => false;
  gpu.fault = () => {
    throw new NvjpegError('nvjpegDecodeBatched', 6);
  };
  t.throws(() => decoder.decode([jobOf(first), jobOf(first)]), /EXECUTION_FAILED/);
  gpu.fault = () => {};
  gpu.leavesOut = (bytes) => bytes === second;
  t.match(decoder.decode([jobOf(second)]), [
    { message: 'the pixels are black: the units may have skipped the image' },
  ]);
  t.end();
});
