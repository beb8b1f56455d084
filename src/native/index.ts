export { type Cuda, openCuda, type PinnedMemory } from './cuda.js';
export { duplicateDescriptor } from './duplicate-descriptor.js';
export { GPU_LIBRARIES, type Gpu, type LibraryProbe, readGpuHost } from './gpu-host.js';
export { type JpegUnits, openJpegUnits } from './nvjpeg.js';
export { OrtCApi } from './ort-c-api.js';
export { runtimeFolder } from './runtime-folder.js';
export { sleepWhileWaiting } from './sleep-while-waiting.js';
export { openTurboJpeg, type TurboJpeg } from './turbojpeg.js';
