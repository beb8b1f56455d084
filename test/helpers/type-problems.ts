import { resolve } from 'node:path';
import ts from 'typescript';

/** A value, its required TypeScript type, and the imports of that type. */
export interface TypedValue {
  readonly value: unknown;
  readonly imports: string;
  readonly type: string;
}

/**
 * TypeScript's errors for values as literals of their types: keys that are missing, unknown or of another type. With
 * the types that are generated from Kubernetes' OpenAPI document, this checks manifests strictly against its schema.
 */
export function typeProblems(values: readonly TypedValue[]): string[] {
  const sources = new Map(
    values.map(({ value, imports, type }, i) => [
      resolve(`manifest-${i}.ts`),
      `${imports}\nexport const it: ${type} = ${JSON.stringify(value, null, 2)};\n`,
    ]),
  );
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    target: ts.ScriptTarget.ES2023,
    lib: ['lib.es2023.d.ts'],
    types: [],
    strict: true,
    noEmit: true,
    skipLibCheck: true,
  };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile } = host;
  host.fileExists = (path) => sources.has(path) || fileExists(path);
  host.readFile = (path) => sources.get(path) ?? readFile(path);
  const program = ts.createProgram([...sources.keys()], options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}
