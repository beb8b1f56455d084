/** Where the names of components stand in the payload of a frame header and of a scan header (T.81 B.2.2, B.2.3). */
const FRAME_NAMES_AT = 6;
const FRAME_NAME_STEP = 3;
const SCAN_NAMES_AT = 1;
const SCAN_NAME_STEP = 2;

/** The names that a frame header gives to its components. */
export function componentNames(frame: Buffer): number[] {
  const names: number[] = [];
  const count = frame.readUInt8(FRAME_NAMES_AT - 1);
  for (let i = 0; i < count; i++) names.push(frame.readUInt8(FRAME_NAMES_AT + FRAME_NAME_STEP * i));
  return names;
}

/** The frame header of components that have the names 1, 2, 3 and so on. */
export function renameInFrame(frame: Buffer): Buffer {
  const renamed = Buffer.from(frame);
  for (const i of componentNames(frame).keys()) {
    renamed.writeUInt8(i + 1, FRAME_NAMES_AT + FRAME_NAME_STEP * i);
  }
  return renamed;
}

/**
 * The scan header for a frame that was renamed. Where components share a name, a scan means the first of them that it
 * has not named yet, as in libjpeg.
 *
 * @param names of the frame, as they were
 * @returns undefined if the scan names a component that the frame does not have
 */
export function renameInScan(scan: Buffer, names: readonly number[]): Buffer | undefined {
  const renamed = Buffer.from(scan);
  const used = new Set<number>();
  for (let i = 0; i < Number(scan[0] ?? 0); i++) {
    const at = SCAN_NAMES_AT + SCAN_NAME_STEP * i;
    const component = names.findIndex((name, j) => name === scan[at] && !used.has(j));
    if (component === -1) return undefined;
    used.add(component);
    renamed.writeUInt8(component + 1, at);
  }
  return renamed;
}
