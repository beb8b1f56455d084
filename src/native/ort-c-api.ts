import { join } from 'node:path';
import type { TypeObject } from 'koffi';
import { loadKoffi } from './koffi.js';
import { runtimeFolder } from './runtime-folder.js';

// ONNX Runtime's C API, in the library that the npm package contains. The package's binding passes only a device id to
// TensorRT; this API also sets the precision and the profile of an engine. The API is a table of functions whose slots
// never move (onnxruntime_c_api.h: "add new functions at the end").

const ORT_API_VERSION = 30;

/** Slots of struct OrtApi. */
const SLOT = {
  getErrorMessage: 2,
  createEnv: 3,
  createSession: 7,
  createSessionOptions: 10,
  releaseEnv: 92,
  releaseStatus: 93,
  releaseSession: 95,
  releaseSessionOptions: 100,
  appendTensorrt: 170,
  createTensorrtOptions: 171,
  updateTensorrtOptions: 172,
  releaseTensorrtOptions: 174,
  appendCuda: 204,
  createCudaOptions: 205,
  updateCudaOptions: 206,
  releaseCudaOptions: 208,
} as const;

export type ProviderWithOptions = 'cuda' | 'tensorrt';

const OPTIONS_SLOTS = {
  tensorrt: {
    create: 'createTensorrtOptions',
    update: 'updateTensorrtOptions',
    append: 'appendTensorrt',
    release: 'releaseTensorrtOptions',
  },
  cuda: {
    create: 'createCudaOptions',
    update: 'updateCudaOptions',
    append: 'appendCuda',
    release: 'releaseCudaOptions',
  },
} as const;

const LOG_LEVEL_FATAL = 4;

type Pointer = bigint | null;

const PROTOTYPES = {
  getApi: 'void *getApi(uint32_t version)',
  getVersion: 'const char *getVersion()',
  getErrorMessage: 'const char *getErrorMessage(void *status)',
  create: 'void *create(_Out_ void **object)',
  createEnv: 'void *createEnv(int level, const char *id, _Out_ void **env)',
  createSession:
    'void *createSession(void *env, const char *path, void *options, _Out_ void **session)',
  append: 'void *append(void *sessionOptions, void *providerOptions)',
  update: 'void *update(void *options, const char **keys, const char **values, size_t n)',
  release: 'void release(void *object)',
} as const;

type Prototype = keyof typeof PROTOTYPES;

/** koffi keeps the names of the types, so each type is declared once per process. */
const declared = new Map<Prototype, TypeObject>();

function prototype(name: Prototype): TypeObject {
  const type = declared.get(name) ?? loadKoffi().proto(PROTOTYPES[name]);
  declared.set(name, type);
  return type;
}

/** ONNX Runtime refused a call. The message is the runtime's own and must not reach clients. */
export class OrtError extends Error {
  override readonly name = 'OrtError';
}

/** The part of the C API that building an engine needs. Linux only. */
export class OrtCApi {
  readonly version: string;
  readonly #functions: (slot: number) => unknown;

  /**
   * @throws {Error} if the library cannot be loaded, or has another API version
   * @throws {MissingPackageError}
   */
  constructor() {
    const koffi = loadKoffi();
    const library = koffi.load(join(runtimeFolder(), 'libonnxruntime.so.1'));
    const base = library.func('void *OrtGetApiBase()')();
    const [getApi, getVersion] = koffi.decode(base, koffi.array('void *', 2)) as unknown[];
    this.version = String(koffi.call(getVersion, prototype('getVersion')));
    const api = koffi.call(getApi, prototype('getApi'), ORT_API_VERSION);
    if (api === null) {
      throw new OrtError(`ONNX Runtime ${this.version} has no C API ${ORT_API_VERSION}`);
    }
    this.#functions = (slot) => koffi.decode(api, slot * 8, 'void *');
  }

  /**
   * Creates a session from a file and releases it again, for the files that its creation writes to disk. Blocks until
   * it is done.
   *
   * @param tensorrt options of the TensorRT provider; without them the session runs on the CPU
   * @throws {OrtError} with the runtime's message
   */
  createSession(path: string, tensorrt?: Readonly<Record<string, string>>): void {
    const env = this.#createEnv();
    const options = this.#create('createSessionOptions', 'create');
    try {
      if (tensorrt) this.#append('tensorrt', options, tensorrt);
      const session = this.#create('createSession', 'createSession', env, path, options);
      this.#call('releaseSession', 'release', session);
    } finally {
      this.#call('releaseSessionOptions', 'release', options);
      this.#call('releaseEnv', 'release', env);
    }
  }

  /**
   * Loads a provider's libraries as a session would, to find out which are missing.
   *
   * @throws {OrtError} "…Failed to load library FILE with error: …"
   */
  loadProvider(provider: ProviderWithOptions): void {
    const env = this.#createEnv();
    const options = this.#create('createSessionOptions', 'create');
    try {
      this.#append(provider, options, { device_id: '0' });
    } finally {
      this.#call('releaseSessionOptions', 'release', options);
      this.#call('releaseEnv', 'release', env);
    }
  }

  /** The runtime logs through the environment, and no other call works without one. */
  #createEnv(): Pointer {
    return this.#create('createEnv', 'createEnv', LOG_LEVEL_FATAL, 'batch-dispatch');
  }

  #append(
    provider: ProviderWithOptions,
    sessionOptions: Pointer,
    values: Readonly<Record<string, string>>,
  ): void {
    const slots = OPTIONS_SLOTS[provider];
    const options = this.#create(slots.create, 'create');
    try {
      const [keys, texts] = [Object.keys(values), Object.values(values)];
      this.#check(slots.update, 'update', options, keys, texts, keys.length);
      this.#check(slots.append, 'append', sessionOptions, options);
    } finally {
      this.#call(slots.release, 'release', options);
    }
  }

  #create(name: keyof typeof SLOT, type: Prototype, ...args: unknown[]): Pointer {
    const out: [Pointer] = [null];
    this.#check(name, type, ...args, out);
    return out[0];
  }

  /** Calls a function that returns a status, which is null on success. */
  #check(name: keyof typeof SLOT, type: Prototype, ...args: unknown[]): void {
    const status = this.#call(name, type, ...args);
    if (status === null || status === undefined) return;
    const message = String(this.#call('getErrorMessage', 'getErrorMessage', status));
    this.#call('releaseStatus', 'release', status);
    throw new OrtError(message);
  }

  #call(name: keyof typeof SLOT, type: Prototype, ...args: unknown[]): unknown {
    return loadKoffi().call(this.#functions(SLOT[name]), prototype(type), ...args);
  }
}
