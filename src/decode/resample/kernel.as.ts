// AssemblyScript, compiled to WebAssembly SIMD by `npm run build:kernel`. Both loops take their taps in pairs: one dot
// product multiplies two source bytes by two 16-bit numbers and adds them. A weight has 22 bits below the point, as in
// Pillow, and so is two such numbers, LOW_BITS apart. A sum that lies outside of a byte, as negative lobes make it,
// becomes 0 or 255.

/** As WEIGHT_BITS and LOW_BITS in taps.ts. */
const WEIGHT_BITS: i32 = 22;
const LOW_BITS: i32 = 8;
const HALF: i32 = 1 << (WEIGHT_BITS - 1);

/** Two sums of products become one of bytes, not yet cut off. */
function rounded(high: v128, low: v128): v128 {
  return i32x4.shr_s(i32x4.add(i32x4.shl(high, LOW_BITS), low), WEIGHT_BITS);
}

/**
 * Resizes rows: `rowCount` rows of RGB bytes at `source`, `sourceStride` bytes apart, become rows of
 * `count` RGB pixels at `target`. Reads up to 5 bytes past a row's last pixel, writes 1 past the target.
 *
 * @param first u32[count]: byte offset of the first source pixel behind each output pixel
 * @param weights i16[count][pairs][4]: the high parts of two weights, then their low parts; zero where there are fewer
 */
export function resampleRows(
  source: usize,
  sourceStride: usize,
  rowCount: i32,
  first: usize,
  weights: usize,
  pairs: i32,
  count: i32,
  target: usize,
): void {
  const half = i32x4.splat(HALF);
  // Bytes R0 G0 B0 R1 G1 B1 become the 16-bit values R0 R1 G0 G1 B0 B1; index 16 yields zero.
  const interleave = i8x16(0, 16, 3, 16, 1, 16, 4, 16, 2, 16, 5, 16, 16, 16, 16, 16);
  for (let row = 0; row < rowCount; row++) {
    let weight = weights;
    for (let i = 0; i < count; i++) {
      let at = source + load<u32>(first + ((<usize>i) << 2));
      let high = i32x4.splat(0);
      let low = half;
      for (let pair = 0; pair < pairs; pair++) {
        const pixels = i8x16.swizzle(v128.load_zero<u64>(at), interleave);
        high = i32x4.add(high, i32x4.dot_i16x8_s(pixels, v128.load_splat<u32>(weight)));
        low = i32x4.add(low, i32x4.dot_i16x8_s(pixels, v128.load_splat<u32>(weight, 4)));
        at += 6;
        weight += 8;
      }
      let sum = rounded(high, low);
      sum = i16x8.narrow_i32x4_s(sum, sum);
      store<u32>(target, i32x4.extract_lane(i8x16.narrow_i16x8_u(sum, sum), 0));
      target += 3;
    }
    source += sourceStride;
  }
}

/**
 * Resizes columns: rows of `rowBytes` bytes at `source`, `sourceStride` bytes apart, become `count` rows at `target`
 * without gaps. Works on 16 columns at a time, so reads and writes up to 15 bytes past the last row.
 *
 * @param first u32[count]: byte offset of the first source row behind each output row
 * @param weights i16[count][pairs][4]: the high parts of two weights, then their low parts; zero where there are fewer
 */
export function resampleColumns(
  source: usize,
  sourceStride: usize,
  rowBytes: usize,
  first: usize,
  weights: usize,
  pairs: i32,
  count: i32,
  target: usize,
): void {
  const half = i32x4.splat(HALF);
  for (let i = 0; i < count; i++) {
    const start = source + load<u32>(first + ((<usize>i) << 2));
    for (let column: usize = 0; column < rowBytes; column += 16) {
      let high0 = i32x4.splat(0);
      let low0 = half;
      let high1 = i32x4.splat(0);
      let low1 = half;
      let high2 = i32x4.splat(0);
      let low2 = half;
      let high3 = i32x4.splat(0);
      let low3 = half;
      let at = start + column;
      let weight = weights;
      for (let pair = 0; pair < pairs; pair++) {
        const upper = v128.load(at);
        const lower = v128.load(at + sourceStride);
        const first = v128.shuffle<u8>(
          upper,
          lower,
          0,
          16,
          1,
          17,
          2,
          18,
          3,
          19,
          4,
          20,
          5,
          21,
          6,
          22,
          7,
          23,
        );
        const second = v128.shuffle<u8>(
          upper,
          lower,
          8,
          24,
          9,
          25,
          10,
          26,
          11,
          27,
          12,
          28,
          13,
          29,
          14,
          30,
          15,
          31,
        );
        const bytes0 = i16x8.extend_low_i8x16_u(first);
        const bytes1 = i16x8.extend_high_i8x16_u(first);
        const bytes2 = i16x8.extend_low_i8x16_u(second);
        const bytes3 = i16x8.extend_high_i8x16_u(second);
        const highs = v128.load_splat<u32>(weight);
        const lows = v128.load_splat<u32>(weight, 4);
        high0 = i32x4.add(high0, i32x4.dot_i16x8_s(bytes0, highs));
        low0 = i32x4.add(low0, i32x4.dot_i16x8_s(bytes0, lows));
        high1 = i32x4.add(high1, i32x4.dot_i16x8_s(bytes1, highs));
        low1 = i32x4.add(low1, i32x4.dot_i16x8_s(bytes1, lows));
        high2 = i32x4.add(high2, i32x4.dot_i16x8_s(bytes2, highs));
        low2 = i32x4.add(low2, i32x4.dot_i16x8_s(bytes2, lows));
        high3 = i32x4.add(high3, i32x4.dot_i16x8_s(bytes3, highs));
        low3 = i32x4.add(low3, i32x4.dot_i16x8_s(bytes3, lows));
        at += 2 * sourceStride;
        weight += 8;
      }
      const left = i16x8.narrow_i32x4_s(rounded(high0, low0), rounded(high1, low1));
      const right = i16x8.narrow_i32x4_s(rounded(high2, low2), rounded(high3, low3));
      v128.store(target + column, i8x16.narrow_i16x8_u(left, right));
    }
    weights += (<usize>pairs) << 3;
    target += rowBytes;
  }
}
