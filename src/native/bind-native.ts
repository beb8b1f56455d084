/** A shared library, as koffi opens it: functions by their declaration in C. */
export interface NativeLibrary {
  func(declaration: string): (...args: unknown[]) => unknown;
}

/**
 * A function of a library that answers 0 when all is well; anything else becomes an exception.
 *
 * @param errorOf the exception, of the function's name and what it answered
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
