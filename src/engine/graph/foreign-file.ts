interface Kind {
  /** Whether a file that begins so is of this kind. */
  readonly test: (start: Buffer) => boolean;
  /** What it is, and what to do; a part of a sentence. */
  readonly text: string;
}

/** The mark of a tar archive ends at 262. */
const START_BYTES = 262;
const EXPORT = 'export the model to ONNX (torch.onnx.export) and give that file';
const at = (offset: number, magic: string) => (start: Buffer) =>
  start.toString('latin1', offset, offset + magic.length) === magic;
const text = (pattern: RegExp) => (start: Buffer) => pattern.test(start.toString('latin1'));

/** What is taken for an ONNX model; the first that fits. */
const KINDS: readonly Kind[] = [
  { test: (start) => start.length === 0, text: 'an empty file; copy or download it again' },
  {
    test: at(0, 'version https://git-lfs'),
    text: 'a Git LFS pointer, which only names the model; run git lfs pull where it was cloned, or download the file itself',
  },
  {
    test: text(/^\s*(<\?xml[^>]*>\s*)?<net\b/),
    text: 'a model in the format of OpenVINO; give the .onnx file that it was made from',
  },
  {
    test: text(/^\s*<[!?a-z]/i),
    text: 'a web page; the download gave a page in the place of the file, so take the link to the file itself (on Hugging Face "resolve", on GitHub "raw") and log in where that is needed',
  },
  {
    test: at(4, 'ORTM'),
    text: "a model in ONNX Runtime's own .ort format, which cannot be changed; give the .onnx file that it was made from",
  },
  { test: at(4, 'TFL3'), text: `a TensorFlow Lite model; export the model to ONNX (tf2onnx)` },
  { test: at(0, '\x89HDF'), text: 'a Keras model in HDF5; export the model to ONNX (tf2onnx)' },
  {
    // The length of a JSON header in eight bytes, and the header.
    test: (start) => /^\{\s*"/.test(start.toString('latin1', 8, 24)),
    text: `a safetensors file, which holds weights and no graph; ${EXPORT}`,
  },
  {
    test: at(0, 'PK\x03\x04'),
    text: `a ZIP archive, as PyTorch's .pt and .pth and Keras's .keras files are; ${EXPORT}, or unpack it first`,
  },
  {
    test: (start) => start[0] === 0x80 && Number(start[1]) >= 2 && Number(start[1]) <= 5,
    text: `a Python pickle, as PyTorch's older .pt and .pth files are; ${EXPORT}`,
  },
  { test: at(0, '\x1f\x8b'), text: 'compressed with gzip; unpack it first' },
  { test: at(0, '\x28\xb5\x2f\xfd'), text: 'compressed with Zstandard; unpack it first' },
  { test: at(0, '\xfd7zXZ'), text: 'compressed with xz; unpack it first' },
  { test: at(0, "7z\xbc\xaf'\x1c"), text: 'a 7-Zip archive; unpack it first' },
  { test: at(257, 'ustar'), text: 'a tar archive; unpack it first' },
  { test: at(0, 'ftrt'), text: 'a TensorRT engine; give the .onnx file that it was built from' },
  { test: at(0, 'GGUF'), text: 'a GGUF file, the format of llama.cpp, which is not for images' },
  { test: text(/^(\x89PNG|\xff\xd8\xff|GIF8|RIFF....WEBP)/s), text: 'an image; give the model' },
  { test: text(/^\s*[{[]\s*"/), text: 'a JSON file; give the .onnx file' },
  {
    test: (start) => start.every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d)),
    text: 'a text file; read it, as it may say why the download failed, and download the file again',
  },
];

/** What a file is that is no ONNX model, and what to do; undefined if that cannot be told. */
export function foreignFile(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, START_BYTES));
  return KINDS.find(({ test }) => test(start))?.text;
}
