import t from 'tap';
import { turnUpright } from '../../src/decode/cpu/turn-upright.js';
import type { ImageHeader } from '../../src/decode/header/image-header.js';
import { resizePlan } from '../../src/decode/resize-plan.js';

function header(width: number, height: number, orientation: ImageHeader['orientation'] = 1) {
  return { width, height, orientation } as ImageHeader;
}

t.test('squash takes the whole image to the size of the input', async (t) => {
  t.match(resizePlan(header(500, 375), { width: 224, height: 96, resize: 'squash' }), {
    x: { from: 500, to: 224, offset: 0, count: 224 },
    y: { from: 375, to: 96, offset: 0, count: 96 },
  });
});

t.test(
  'shortest resizes the shorter side, cuts the longer one down, and crops the centre',
  async (t) => {
    const input = { width: 224, height: 224, resize: { shortest: 256 } } as const;
    t.match(resizePlan(header(500, 375), input), {
      x: { from: 500, to: 341, offset: 58, count: 224 },
      y: { from: 375, to: 256, offset: 16, count: 224 },
    });
    t.match(resizePlan(header(375, 500), input), {
      x: { from: 375, to: 256, offset: 16, count: 224 },
      y: { from: 500, to: 341, offset: 58, count: 224 },
    });
  },
);

t.test('a rotated image is cropped where the upright one would be', async (t) => {
  const input = { width: 224, height: 224, resize: { shortest: 256 } } as const;
  // Upright it is 375x500 with the odd pixel of the crop at the bottom; turned, that is the stored left.
  t.match(resizePlan(header(500, 375, 8), input), {
    x: { from: 500, to: 341, offset: 341 - 224 - 58 },
    y: { from: 375, to: 256, offset: 16 },
    swap: true,
  });
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
  t.test(`EXIF orientation ${orientation} comes out upright`, async (t) => {
    const stored = header(rows[0]?.length ?? 0, rows.length, orientation);
    const plan = resizePlan(stored, { width: 2, height: 3, resize: 'squash' });
    const pixels = Uint8Array.from([...rows.join('')].flatMap((c) => [c.charCodeAt(0), 1, 2]));
    const target = new Uint8Array(pixels.length);
    turnUpright(pixels, plan, target);
    const upright = target.filter((_, i) => i % 3 === 0);
    t.equal(String.fromCharCode(...upright), UPRIGHT.join(''));
    t.same(target.slice(1, 3), [1, 2]);
  });
}
