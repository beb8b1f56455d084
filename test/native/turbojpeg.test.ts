import t from 'tap';
import { openTurboJpeg } from '../../src/native/turbojpeg.js';

const DECOMPRESSOR = 4096n;
const SIZE = { width: 5, height: 3 };
const JPEG = Uint8Array.of(0xff, 0xd8);

/** The library's functions by name, and the arguments of each decompression. */
function setUp({ status = 0, code = 0, created = DECOMPRESSOR as unknown } = {}) {
  const calls: unknown[][] = [];
  const functions: Record<string, (...args: unknown[]) => unknown> = {
    tjInitDecompress() {
      if (created) open++;
      return created;
    },
    tjDestroy: () => open--,
    tjDecompress2(...args) {
      calls.push(args);
      return status;
    },
    tjGetErrorCode: () => code,
    tjGetErrorStr2: () => 'Bogus Huffman table definition',
  };
  const files: string[] = [];
  let open = 0;
  const turbo = openTurboJpeg((file) => {
    files.push(file);
    return { func: (declaration) => functions[`${/\w+(?=\()/.exec(declaration)}`] as never };
  });
  return { turbo, calls, files, stillOpen: () => open };
}

t.test('the accurate DCT and the order of the samples are asked for', async (t) => {
  const { turbo, calls, files } = setUp();
  t.same(files, ['libturbojpeg.so.0']);
  const rgb = new Uint8Array(5 * 3 * 3);
  turbo?.decode(JPEG, rgb, SIZE, 'rgb');
  const cmyk = new Uint8Array(5 * 3 * 4);
  turbo?.decode(JPEG, cmyk, SIZE, 'cmyk');
  t.same(calls, [
    [DECOMPRESSOR, JPEG, 2, rgb, 5, 15, 3, 0, 4096],
    [DECOMPRESSOR, JPEG, 2, cmyk, 5, 20, 3, 11, 4096],
  ]);
});

t.test('samples of another size are never given to the library', async (t) => {
  const { turbo, calls } = setUp();
  for (const byteLength of [0, 44, 46, 60]) {
    t.throws(() => turbo?.decode(JPEG, new Uint8Array(byteLength), SIZE, 'rgb'), /wrong size/);
  }
  t.throws(() => turbo?.decode(JPEG, new Uint8Array(45), SIZE, 'cmyk'), /wrong size/);
  t.same(calls, []);
});

t.test('a warning is no error', async (t) => {
  const samples = new Uint8Array(45);
  const warns = setUp({ status: -1, code: 0 });
  t.doesNotThrow(() => warns.turbo?.decode(JPEG, samples, SIZE, 'rgb'));
  t.equal(warns.stillOpen(), 0);
  const fails = setUp({ status: -1, code: 1 });
  t.throws(() => fails.turbo?.decode(JPEG, samples, SIZE, 'rgb'), {
    message: 'Bogus Huffman table definition',
  });
  t.equal(fails.stillOpen(), 0);
});

t.test('a host that lacks the library or a function has no TurboJPEG', async (t) => {
  const cannot = () => {
    throw new Error('cannot open shared object file');
  };
  t.equal(openTurboJpeg(cannot), undefined);
  const old = () => ({
    func(declaration: string) {
      if (declaration.includes('tjGetErrorCode')) throw new Error('no such function');
      return () => DECOMPRESSOR;
    },
  });
  t.equal(openTurboJpeg(old), undefined);
  const { turbo } = setUp({ created: null });
  t.throws(() => turbo?.decode(JPEG, new Uint8Array(45), SIZE, 'rgb'), /no memory/);
});
