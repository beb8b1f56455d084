import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { configSchema } from '../src/server/config/config.js';
import { PROBLEMS } from '../src/server/problem/problem.js';

// Developers' command: writes the pages that follow from the code. A test holds them in step.

interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
}

function jsonSchema(): JsonSchema {
  return z.toJSONSchema(configSchema, { io: 'input' }) as JsonSchema;
}

function configurationPage(): string {
  const rows = Object.entries(jsonSchema().properties ?? {}).flatMap(([key, schema]) =>
    schema.properties
      ? Object.entries(schema.properties).map(([name, inner]) => row(`${key}.${name}`, inner))
      : [row(key, schema)],
  );
  return `# Configuration

Written by \`npm run docs\` from the schema in \`src/server/config/config.ts\`. Do not edit.

One JSON file: \`batch-dispatch.json\` in the folder where the server starts, or \`--config FILE\`. Every key has a
default; an unknown key or a value out of bounds stops the server with a sentence that names it. The environment's
\`HOST\` and \`PORT\` and the flag \`--model DIR\` win over the file. Point your editor at the schema with
\`"$schema": "./docs/batch-dispatch.schema.json"\`.

| key | default | allowed | what it does |
|---|---|---|---|
${rows.join('\n')}
`;
}

function row(key: string, schema: JsonSchema): string {
  const preset = schema.default === undefined ? '' : code(schema.default);
  return `| \`${key}\` | ${preset} | ${allowed(schema)} | ${schema.description ?? ''} |`;
}

function allowed(schema: JsonSchema): string {
  const { type, enum: values, const: only, anyOf, items, minimum, maximum } = schema;
  if (anyOf) return anyOf.map(allowed).join(', or ');
  if (values) return values.map(code).join(', ');
  if (only !== undefined) return code(only);
  if (items) return `list of: ${allowed(items)}`;
  if (type === 'boolean') return `${code(true)}, ${code(false)}`;
  if (type === 'string') return 'text';
  return `${type === 'integer' ? 'whole number ' : ''}${minimum} to ${maximum}`;
}

function code(value: unknown): string {
  return `\`${JSON.stringify(value)}\``;
}

function errorsPage(): string {
  const rows = Object.entries(PROBLEMS).map(
    ([code, { status, title, detail }]) => `| \`${code}\` | ${status} | ${title}. | ${detail} |`,
  );
  return `# Errors

Written by \`npm run docs\` from \`src/server/problem/problem.ts\`. Do not edit.

Every error is \`application/problem+json\` (RFC 9457) with a stable \`code\`; texts are constant. \`instance\` is the
request's id, as in the header X-Request-Id and in the log. In a form of several images, an image's error stands in its
place as \`{"error":{...}}\` with the same members. Only what is not a valid HTTP request gets a bare 400 or 431; its
X-Request-Id is in the log too.

| code | status | what happened | what to do |
|---|---|---|---|
${rows.join('\n')}
`;
}

/** Every generated page: its path in the project, and its text. */
export function generatedDocs(): Record<string, string> {
  return {
    'docs/configuration.md': configurationPage(),
    'docs/errors.md': errorsPage(),
    'docs/batch-dispatch.schema.json': `${JSON.stringify(jsonSchema(), null, 2)}\n`,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  for (const [path, text] of Object.entries(generatedDocs())) writeFileSync(root + path, text);
}
