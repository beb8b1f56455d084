export { type Cuda, openCuda, type PinnedMemory } from './cuda.js';
export { duplicateDescriptor } from './duplicate-descriptor.js';
export {
  GPU_LIBRARIES,
  type Gpu,
  type GpuHost,
  type LibraryProbe,
  readGpuHost,
} from './gpu-host.js';
export { loadKoffi } from './koffi.js';
export { type JpegUnits, openJpegUnits } from './nvjpeg.js';
export { type GpuUsage, openGpuUsage } from './nvml.js';
export { OrtCApi } from './ort-c-api.js';
export { MissingPackageError, requirePackage } from './require-package.js';
export { runtimeFolder, runtimeVersion } from './runtime-folder.js';
export { sleepWhileWaiting } from './sleep-while-waiting.js';
export { openTurboJpeg, type TurboJpeg } from './turbojpeg.js';
export { unreadMs } from './unread-ms.js';
