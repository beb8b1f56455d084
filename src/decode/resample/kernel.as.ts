// AssemblyScript, compiled to WebAssembly SIMD by `npm run build:kernel`. Both loops take their taps in
// pairs: one dot product multiplies two source bytes by two 16-bit weights and adds them. Weights are fixed-point with
// `weightBits` bits below the point; a sum that lies outside of a byte, as negative lobes make it, becomes 0 or 255.

/**
 * Resizes rows: `rowCount` rows of RGB bytes at `source`, `sourceStride` bytes apart, become rows of
 * `count` RGB pixels at `target`. Reads up to 5 bytes past a row's last pixel, writes 1 past the target.
 *
 * @param first u32[count]: byte offset of the first source pixel behind each output pixel
 * @param weights i16[count][2 * pairs]: its weights, zero where there are fewer taps
 */
export function resampleRows(
  source: usize,
  sourceStride: usize,
  rowCount: i32,
  first: usize,
  weights: usize,
  pairs: i32,
  weightBits: i32,
  count: i32,
  target: usize,
): void {
  const half = i32x4.splat(1 << (weightBits - 1));
  // Bytes R0 G0 B0 R1 G1 B1 become the 16-bit values R0 R1 G0 G1 B0 B1; index 16 yields zero.
  const interleave = i8x16(0, 16, 3, 16, 1, 16, 4, 16, 2, 16, 5, 16, 16, 16, 16, 16);
  for (let row = 0; row < rowCount; row++) {
    let weight = weights;
    for (let i = 0; i < count; i++) {
      let at = source + load<u32>(first + ((<usize>i) << 2));
      let sum = half;
      for (let pair = 0; pair < pairs; pair++) {
        const pixels = i8x16.swizzle(v128.load_zero<u64>(at), interleave);
        sum = i32x4.add(sum, i32x4.dot_i16x8_s(pixels, v128.load_splat<u32>(weight)));
        at += 6;
        weight += 4;
      }
      sum = i32x4.shr_s(sum, weightBits);
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
 * @param weights i16[count][2 * pairs]: its weights, zero where there are fewer taps
 */
export function resampleColumns(
  source: usize,
  sourceStride: usize,
  rowBytes: usize,
  first: usize,
  weights: usize,
  pairs: i32,
  weightBits: i32,
  count: i32,
  target: usize,
): void {
  const half = i32x4.splat(1 << (weightBits - 1));
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
        const lower = v128.load(at + sourceStride);
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
        at += 2 * sourceStride;
        weight += 4;
      }
      const left = i16x8.narrow_i32x4_s(
        i32x4.shr_s(sum0, weightBits),
        i32x4.shr_s(sum1, weightBits),
      );
      const right = i16x8.narrow_i32x4_s(
        i32x4.shr_s(sum2, weightBits),
        i32x4.shr_s(sum3, weightBits),
      );
      v128.store(target + column, i8x16.narrow_i16x8_u(left, right));
    }
    weights += (<usize>pairs) << 2;
    target += rowBytes;
  }
}
