import t from 'tap';
import { placeUpright } from '../../src/decode/cpu/place-upright.js';
import type { ImageHeader } from '../../src/decode/header/image-header.js';
import { Resampler } from '../../src/decode/resample/resampler.js';
import { resizePlan } from '../../src/decode/resize-plan.js';

function header(width: number, height: number, orientation: ImageHeader['orientation'] = 1) {
  return { width, height, orientation } as ImageHeader;
}

t.test('squash takes the whole image to the size of the input', async (t) => {
  t.match(resizePlan(header(500, 375), { width: 224, height: 96, resize: 'squash' }), {
    x: { from: 500, to: 224, offset: 0, count: 224, start: 0, length: 224 },
    y: { from: 375, to: 96, offset: 0, count: 96, start: 0, length: 96 },
  });
});

t.test(
  'shortest resizes the shorter side, cuts the longer one down, crops the centre',
  async (t) => {
    const input = { width: 224, height: 224, resize: { shortest: 256 } } as const;
    t.match(resizePlan(header(500, 375), input), {
      x: { from: 500, to: 341, offset: 58, count: 224, start: 0 },
      y: { from: 375, to: 256, offset: 16, count: 224, start: 0 },
    });
    t.match(resizePlan(header(375, 500), input), {
      x: { from: 375, to: 256, offset: 16, count: 224 },
      y: { from: 500, to: 341, offset: 58, count: 224 },
    });
  },
);

t.test('a crop that cannot be even begins where it is rounded to', async (t) => {
  const offsets = (cropRounding?: 'half-even' | 'floor') =>
    // Resized to widths of 229, 231 and 233: the crops begin at 2.5, 3.5 and 4.5.
    [229, 231, 233].map((width) => {
      const input = { width: 224, height: 224, resize: { shortest: 224 }, cropRounding } as const;
      return resizePlan(header(width, 224), input).x.offset;
    });
  t.same(offsets(), [2, 4, 4], 'as Python rounds, and so torchvision');
  t.same(offsets('half-even'), [2, 4, 4]);
  t.same(offsets('floor'), [2, 3, 4], 'as Hugging Face divides');
});

t.test('a size of its own, then the centre', async (t) => {
  const input = { width: 224, height: 160, resize: { width: 256, height: 200 } } as const;
  t.match(resizePlan(header(500, 375), input), {
    x: { from: 500, to: 256, offset: 16, count: 224 },
    y: { from: 375, to: 200, offset: 20, count: 160 },
  });
});

t.test('a share of the sides is the centre of a larger square', async (t) => {
  const to = (side: number, crop: number) => {
    const input = { width: side, height: side, resize: 'squash', crop } as const;
    const { x } = resizePlan(header(500, 375), input);
    return [x.to, x.offset, x.count];
  };
  t.same(to(224, 0.875), [256, 16, 224]);
  t.same(to(224, 0.9), [248, 12, 224]);
  t.same(to(224, 1), [224, 0, 224]);
});

t.test('with a colour the image keeps its aspect ratio and lies in the middle', async (t) => {
  const pad = [114, 114, 114] as [number, number, number];
  const input = { width: 224, height: 224, resize: 'squash', pad } as const;
  t.match(resizePlan(header(500, 375), input), {
    x: { to: 224, offset: 0, count: 224, start: 0, length: 224 },
    y: { to: 168, offset: 0, count: 168, start: 28, length: 224 },
  });
  t.match(resizePlan(header(375, 500), input), {
    x: { to: 168, count: 168, start: 28 },
    y: { to: 224, count: 224, start: 0 },
  });
  // 224 * 3 / 500 is 1.3; and of a line one pixel is left.
  t.match(resizePlan(header(500, 3), input), { y: { to: 1, count: 1, start: 112 } });
  t.match(resizePlan(header(5000, 1), input), { y: { to: 1, count: 1, start: 112 } });
  t.match(resizePlan(header(300, 300), input), { x: { to: 224, start: 0 }, y: { start: 0 } });
});

t.test('padding may be cropped again', async (t) => {
  const pad = [0, 0, 0] as [number, number, number];
  const input = { width: 224, height: 224, resize: { width: 256, height: 256 }, pad } as const;
  // 256x192 lies 32 from the top of the square, of which 16 are cut off.
  t.match(resizePlan(header(500, 375), input), {
    x: { to: 256, offset: 16, count: 224, start: 0 },
    y: { to: 192, offset: 0, count: 192, start: 16 },
  });
});

t.test('the axis is resized first that Pillow 13 resizes first', async (t) => {
  const first = (width: number, height: number, orientation: 1 | 6 = 1) =>
    resizePlan(header(width, height, orientation), { width: 100, height: 100, resize: 'squash' })
      .firstAxis;
  // By its height it loses 200, and by its width 100.
  t.equal(first(200, 300), 'x');
  t.equal(first(200, 301), 'y');
  t.equal(first(50, 100), 'x', 'nothing lost by height');
  t.equal(first(50, 101), 'y');
  t.equal(first(300, 200, 6), 'y', 'upright 200x300: the width lies along the raster’s y');
  t.equal(first(301, 200, 6), 'x');
});

t.test('a rotated image is cropped and padded where the upright one would be', async (t) => {
  const input = { width: 224, height: 224, resize: { shortest: 225 } } as const;
  // Upright it is 375x500, resized to 225x300.
  t.match(resizePlan(header(500, 375, 8), input), {
    x: { from: 500, to: 300, offset: 38, flip: true },
    y: { from: 375, to: 225, offset: 0, flip: false },
    swap: true,
  });
  const wide = { width: 40, height: 20, resize: 'squash', pad: [1, 2, 3] } as const;
  const plan = resizePlan(header(10, 20, 6), { ...wide, pad: [1, 2, 3] });
  t.match(plan, { x: { length: 20, count: 20 }, y: { length: 40, count: 40 } });
});

// The letter L, three rows of two: upright rows are "a.", "a.", "ab".
const UPRIGHT = ['a.', 'a.', 'ab'];
const STORED: Record<ImageHeader['orientation'], string[]> = {
  1: ['a.', 'a.', 'ab'],
  2: ['.a', '.a', 'ba'],
  3: ['ba', '.a', '.a'],
  4: ['ab', 'a.', 'a.'],
  5: ['aaa', '..b'],
  6: ['..b', 'aaa'],
  7: ['b..', 'aaa'],
  8: ['aaa', 'b..'],
};

for (const [key, rows] of Object.entries(STORED)) {
  const orientation = Number(key) as ImageHeader['orientation'];
  const stored = header(rows[0]?.length ?? 0, rows.length, orientation);
  const raster = Uint8Array.from([...rows.join('')].flatMap((c) => [c.charCodeAt(0), 1, 2]));

  /** The image in letters, and the padding as what its colour is. */
  function upright(input: Parameters<typeof resizePlan>[1]): string {
    const plan = resizePlan(stored, input);
    const resampler = new Resampler();
    resampler.raster(raster.length).set(raster);
    const target = new Uint8Array(input.width * input.height * 3);
    placeUpright(
      resampler.resample(plan.x, plan.y, { filter: 'nearest', firstAxis: plan.firstAxis }),
      plan,
      input.pad ?? [0, 0, 0],
      target,
    );
    return String.fromCharCode(...target.filter((_, i) => i % 3 === 0));
  }

  t.test(`EXIF orientation ${orientation} comes out upright`, async (t) => {
    t.equal(upright({ width: 2, height: 3, resize: 'squash' }), UPRIGHT.join(''));
    const pad = ['-'.charCodeAt(0), 0, 0] as [number, number, number];
    t.equal(
      upright({ width: 4, height: 3, resize: 'squash', pad }),
      UPRIGHT.map((row) => `-${row}-`).join(''),
      'with padding left and right',
    );
    t.equal(
      upright({ width: 2, height: 6, resize: 'squash', pad, cropRounding: 'floor' }),
      ['--', ...UPRIGHT, '--', '--'].join(''),
      'with padding above and below',
    );
    t.equal(
      upright({ width: 1, height: 1, resize: { width: 2, height: 3 } }),
      UPRIGHT[1]?.[0],
      'cropped',
    );
  });
}
