// AssemblyScript, compiled to WebAssembly SIMD by `npm run build:kernel`. Both loops process their taps in
// pairs: one dot product multiplies two source bytes by two 16-bit weights and adds the products.

/** Fixed-point position of the weights, as WEIGHT_BITS in taps.ts. */
const WEIGHT_BITS: i32 = 14;
const HALF: i32 = 1 << (WEIGHT_BITS - 1);

/**
 * Resizes rows: `rowCount` rows of RGB bytes at `source`, `sourceStride` bytes apart, become rows of
 * `count` RGB pixels at `target`. Reads up to 5 bytes past a row's last pixel, writes 1 past the target.
 *
 * @param first u32[count]: byte offset of the first source pixel for each output pixel
 * @param weights i16[count][2 * pairs]: its weights, zero if there are fewer taps
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
  // Bytes R0 G0 B0 R1 G1 B1 become the 16-bit values R0 R1 G0 G1 B0 B1; index 16 yields zero.
  const interleave = i8x16(0, 16, 3, 16, 1, 16, 4, 16, 2, 16, 5, 16, 16, 16, 16, 16);
  const pack = i8x16(0, 4, 8, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16);
  for (let row = 0; row < rowCount; row++) {
    let weight = weights;
    for (let i = 0; i < count; i++) {
      let at = source + load<u32>(first + ((<usize>i) << 2));
      let sum = i32x4.splat(HALF);
      for (let pair = 0; pair < pairs; pair++) {
        const pixels = i8x16.swizzle(v128.load_zero<u64>(at), interleave);
        sum = i32x4.add(sum, i32x4.dot_i16x8_s(pixels, v128.load_splat<u32>(weight)));
        at += 6;
        weight += 4;
      }
      const bytes = i8x16.swizzle(i32x4.shr_u(sum, WEIGHT_BITS), pack);
      store<u32>(target, i32x4.extract_lane(bytes, 0));
      target += 3;
    }
    source += sourceStride;
  }
}

/**
 * Resizes columns: rows of `rowBytes` bytes at `source` become `count` rows at `target`. Works on 16
 * columns at a time, and so reads and writes up to 15 bytes past the last row.
 *
 * @param first u32[count]: byte offset of the first source row for each output row
 * @param weights i16[count][2 * pairs]: its weights, zero if there are fewer taps
 */
export function resampleColumns(
  source: usize,
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
      let sum0 = half;
      let sum1 = half;
      let sum2 = half;
      let sum3 = half;
      let at = start + column;
      let weight = weights;
      for (let pair = 0; pair < pairs; pair++) {
        const upper = v128.load(at);
        const lower = v128.load(at + rowBytes);
        const low = v128.shuffle<u8>(
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
        const high = v128.shuffle<u8>(
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
        const both = v128.load_splat<u32>(weight);
        sum0 = i32x4.add(sum0, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(low), both));
        sum1 = i32x4.add(sum1, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(low), both));
        sum2 = i32x4.add(sum2, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(high), both));
        sum3 = i32x4.add(sum3, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(high), both));
        at += 2 * rowBytes;
        weight += 4;
      }
      const left = i16x8.narrow_i32x4_s(
        i32x4.shr_u(sum0, WEIGHT_BITS),
        i32x4.shr_u(sum1, WEIGHT_BITS),
      );
      const right = i16x8.narrow_i32x4_s(
        i32x4.shr_u(sum2, WEIGHT_BITS),
        i32x4.shr_u(sum3, WEIGHT_BITS),
      );
      v128.store(target + column, i8x16.narrow_i16x8_u(left, right));
    }
    weights += (<usize>pairs) << 2;
    target += rowBytes;
  }
}
