/** Patterns that are reproducible from a seed: coarse squares of random colours, very different from each other. */
export function seededImages(count: number, width: number, height: number, seed = 1): Uint8Array[] {
  let state = seed;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return Array.from({ length: count }, () => {
    const squares = 2 + Math.floor(random() * 6);
    const colours = Array.from({ length: squares * squares * 3 }, () => Math.floor(random() * 256));
    const image = new Uint8Array(width * height * 3);
    for (let y = 0; y < height; y++) {
      const row = Math.floor((y * squares) / height) * squares;
      for (let x = 0; x < width; x++) {
        const square = row + Math.floor((x * squares) / width);
        for (let c = 0; c < 3; c++)
          image[(y * width + x) * 3 + c] = Number(colours[square * 3 + c]);
      }
    }
    return image;
  });
}
