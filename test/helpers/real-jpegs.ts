import { TRIAL_JPEG } from '../../src/decode/gpu/trial-jpeg.js';

// Small JPEGs, with the SHA-256 of their pixels from Pillow 13.0.0 (libjpeg-turbo 3.2) after convert('RGB').

export const YCBCR = {
  bytes: TRIAL_JPEG,
  pillow: 'f010dcd46a4adca6c86044873ea618c36d31c33ceca641f5a70b09eb6af07134',
};

/** 16x12, with Adobe's marker, so that its values are inverted. */
export const CMYK = {
  bytes: Buffer.from(
    [
      '/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwANCQoLCggNCwoLDg4NDxMgFRMSEhMnHB4XIC4pMTAuKS0sMzpKPjM2RjcsLUBX',
      'QUZMTlJTUjI+WmFaUGBKUVJP/8AAFAgADAAQBEMRAE0RAFkRAEsRAP/EABkAAAIDAQAAAAAAAAAAAAAAAAABAgMGB//E',
      'ACYQAAEDAgMJAQAAAAAAAAAAAAEAAgMREjFCUQQTFCEyQ2GRsXL/2gAOBEMATQBZAEsAAD8A1ETGMiYLGdIyjRYo8ycc',
      'VkJ55jtMj3yyUvOY6rpyluoxkb6SqVDiJT33+yhDBSFjhjaPiCTeR5Tkjbe/9n6hO46p0CpoEL//2Q==',
    ].join(''),
    'base64',
  ),
  pillow: '5072b4995253d40fc1a55f28b795c3a54715f865455764bc6041035d84856b8a',
};

/** 21x17, with sampling factors of 1x3 over 1x1, which are legal and which some libraries do not take. */
export const TALL_SAMPLING = {
  bytes: Buffer.from(
    [
      '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywt',
      'QFdBRkxOUlNSMj5aYVpQYEpRUk//2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09P',
      'T09PT09PT09PT09PT09PT09PT0//wAARCAARABUDARMAAhEBAxEB/8QAFwAAAwEAAAAAAAAAAAAAAAAAAAMEBf/EABUQ',
      'AQEAAAAAAAAAAAAAAAAAAAAB/8QAFQEBAQAAAAAAAAAAAAAAAAAAAgX/xAAiEQABAwMDBQAAAAAAAAAAAAABAAIDBBFR',
      'BYHwExQhodH/2gAMAwEAAhEDEQA/AMYHQHUshJN1dbqEVh4Pr6khTANO/KQr4sHm6mC2D0H5S72PB5uv/9k=',
    ].join(''),
    'base64',
  ),
  pillow: '21f4f7335522e1a9729502177f1a212b2e5896d114444740fabcc88a58575d00',
};

/** The same JPEG with `bytes` between its scan and its EOI, as some encoders write it. */
export function withBytesBeforeEoi(jpeg: Buffer, bytes: Uint8Array): Buffer {
  return Buffer.concat([jpeg.subarray(0, -2), bytes, jpeg.subarray(-2)]);
}

/** The same JPEG with a start of scan that lists no coefficients after the first, as some phones write it. */
export function withShortBand(jpeg: Buffer): Buffer {
  const bytes = Buffer.from(jpeg);
  const sos = bytes.indexOf(Buffer.of(0xff, 0xda));
  // Before the last byte of the header, which is the approximation.
  bytes.writeUInt8(0, sos + bytes.readUInt16BE(sos + 2));
  return bytes;
}

/** The same JPEG with `bytes` before its first table, where a marker is due. */
export function withJunk(jpeg: Buffer, bytes: Uint8Array): Buffer {
  const at = jpeg.indexOf(Buffer.of(0xff, 0xdb));
  return Buffer.concat([jpeg.subarray(0, at), bytes, jpeg.subarray(at)]);
}

/** The same JPEG, in which all components have the same name. */
export function withOneName(jpeg: Buffer): Buffer {
  const bytes = Buffer.from(jpeg);
  const [frame, scan] = [0xc0, 0xda].map((code) => bytes.indexOf(Buffer.of(0xff, code)) + 4);
  for (let i = 0; i < 3; i++) {
    bytes.writeUInt8(0, Number(frame) + 6 + 3 * i);
    bytes.writeUInt8(0, Number(scan) + 1 + 2 * i);
  }
  return bytes;
}

/** The same JPEG with a segment in the place of its JFIF header. */
export function withSegment(jpeg: Buffer, segment: Uint8Array): Buffer {
  const after = 4 + jpeg.readUInt16BE(4);
  return Buffer.concat([jpeg.subarray(0, 2), segment, jpeg.subarray(after)]);
}
