/** A wheel of onnxruntime-gpu, identified by its checksum and not by what an index claims. */
export interface KnownWheel {
  readonly version: string;
  readonly file: string;
  /** Hexadecimal. */
  readonly sha256: string;
}

/**
 * The wheel for the version of onnxruntime-node that package.json pins. Wheels for other Python versions contain other
 * builds of the same libraries.
 */
export const KNOWN_WHEEL: KnownWheel = {
  version: '1.30.0',
  file: 'onnxruntime_gpu-1.30.0-cp312-cp312-manylinux_2_28_x86_64.whl',
  sha256: '6acc0f4b3d5ac5f2984432faa59dd8fcce6775f8b43a7140afa0f322c7a703b1',
};
