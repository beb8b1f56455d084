import t from 'tap';
import { NvjpegError, openJpegUnits } from '../../src/native/nvjpeg.js';

const BAD_JPEG = 3;
const STREAM = 77n;

/** The library's functions by name: each call is written down, and may be given another status than 0. */
function setUp(statusOf: (name: string) => number = () => 0) {
  const calls: { name: string; args: unknown[] }[] = [];
  let objects = 0;
  const library = {
    func(declaration: string) {
      const name = String(/\w+(?=\()/.exec(declaration)?.[0]);
      return (...args: unknown[]) => {
        calls.push({ name, args });
        const status = statusOf(name);
        if (status !== 0) return status;
        const out = args.at(-1) as unknown[];
        if (/Create/.test(name)) out[0] = ++objects;
        if (name === 'nvjpegGetImageInfo') {
          (args[5] as Int32Array)[0] = 500;
          (args[6] as Int32Array)[0] = 375;
        }
        return 0;
      };
    },
  };
  const units = openJpegUnits(library);
  const take = () => calls.splice(0).map(({ name }) => name);
  return { units, calls, take };
}

const image = (byteLength: number, width: number, raster: bigint) => {
  return { bytes: new Uint8Array(byteLength), width, raster };
};

t.test('the hardware backend is asked for, with one state', async (t) => {
  const { calls } = setUp();
  t.same(
    calls.map(({ name }) => name),
    ['nvjpegCreateEx', 'nvjpegJpegStateCreate'],
  );
  t.same(calls[0]?.args.slice(0, 4), [3, null, null, 0]);
});

t.test('a size is that of the first component', async (t) => {
  const { units } = setUp();
  t.same(units.sizeOf(new Uint8Array(9)), { width: 500, height: 375 });
});

t.test('a batch is given with lengths, targets and pitches', async (t) => {
  const { units, calls } = setUp();
  calls.splice(0);
  units.decode([image(10, 500, 4096n), image(20, 64, 8192n)], STREAM);
  const [initialize, decode] = calls;
  t.same(initialize?.args, [1, 2, 2, 1, 5]);
  const [handle, state, data, lengths, targets, stream] = decode?.args ?? [];
  t.same([handle, state, stream], [1, 2, STREAM]);
  t.equal((data as BigUint64Array).length, 2);
  t.same([...(lengths as BigUint64Array)], [10n, 20n]);
  // Four pointers and four pitches each, of which interleaved output uses the first.
  const [first, second] = [
    (targets as BigUint64Array).slice(0, 8),
    (targets as BigUint64Array).slice(8),
  ];
  t.same([...first], [4096n, 0n, 0n, 0n, 1500n, 0n, 0n, 0n]);
  t.same([...second], [8192n, 0n, 0n, 0n, 192n, 0n, 0n, 0n]);
});

t.test('the state is prepared for another number of images only', async (t) => {
  const { units, take } = setUp();
  take();
  const one = image(10, 8, 0n);
  units.decode([one], STREAM);
  t.same(take(), ['nvjpegDecodeBatchedInitialize', 'nvjpegDecodeBatched']);
  units.decode([one], STREAM);
  t.same(take(), ['nvjpegDecodeBatched']);
  units.decode([one, one], STREAM);
  t.same(take(), ['nvjpegDecodeBatchedInitialize', 'nvjpegDecodeBatched']);
});

t.test('a batch that is refused leaves nothing to the next', async (t) => {
  let isBad = true;
  const { units, take } = setUp((name) => (isBad && name === 'nvjpegDecodeBatched' ? BAD_JPEG : 0));
  take();
  t.throws(() => units.decode([image(10, 8, 0n)], STREAM), {
    name: 'NvjpegError',
    message: 'nvjpegDecodeBatched: BAD_JPEG',
  });
  t.same(take().slice(-2), ['nvjpegJpegStateDestroy', 'nvjpegJpegStateCreate']);
  isBad = false;
  units.decode([image(10, 8, 0n)], STREAM);
  t.same(take(), ['nvjpegDecodeBatchedInitialize', 'nvjpegDecodeBatched']);
});

t.test('a card without units is refused, and an unknown status has its number', async (t) => {
  t.throws(() => setUp((name) => (name === 'nvjpegCreateEx' ? 7 : 0)), {
    message: 'nvjpegCreateEx: ARCH_MISMATCH',
  });
  t.equal(new NvjpegError('call', 99).message, 'call: 99');
});
