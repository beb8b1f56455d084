/** A shared library as opened by koffi: functions by their declaration in C. */
export interface NativeLibrary {
  func(declaration: string): (...args: unknown[]) => unknown;
}

/**
 * Binds a function of a library that returns 0 on success; any other result is thrown as an exception.
 *
 * @param errorOf makes the exception from the function's name and its result
 */
export function bindNative(
  library: NativeLibrary,
  declaration: string,
  errorOf: (call: string, status: number) => Error,
): (...args: unknown[]) => void {
  const call = library.func(declaration);
  const name = /\w+(?=\()/.exec(declaration)?.[0] ?? '';
  return (...args) => {
    const status = Number(call(...args));
    if (status !== 0) throw errorOf(name, status);
  };
}
