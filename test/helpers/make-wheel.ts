import { createHash } from 'node:crypto';
import AdmZip from 'adm-zip';

/** A wheel of onnxruntime-gpu that contains `libraries`, with their hashes in its RECORD. */
export function makeWheel(version: string, libraries: Readonly<Record<string, Buffer>>): Buffer {
  const zip = new AdmZip();
  const record = Object.entries(libraries).map(([file, content]) => {
    zip.addFile(`onnxruntime/capi/${file}`, content);
    const digest = createHash('sha256').update(content).digest('base64url');
    return `onnxruntime/capi/${file},sha256=${digest},${content.length}`;
  });
  zip.addFile(`onnxruntime_gpu-${version}.dist-info/RECORD`, Buffer.from(record.join('\n')));
  return zip.toBuffer();
}
