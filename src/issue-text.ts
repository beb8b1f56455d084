import type { z } from 'zod';

/** What zod calls the types of JSON, for people. */
const KINDS: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'text in quotes',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'an object in braces',
};

/** One problem that zod found in a file, as words that name the key: "server.port: must be at most 65535". */
export function issueText(issue: z.core.$ZodIssue): string {
  const path = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    const keys = issue.keys.map((key) => (path ? `${path}.${key}` : key));
    return `unknown key ${keys.join(', ')}`;
  }
  return path ? `${path}: ${demand(issue)}` : demand(issue);
}

function demand(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${KINDS[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `must be ${either(issue.values.map((value) => JSON.stringify(value)))}`;
    case 'too_small':
      return bound(issue.origin, issue.inclusive ? 'at least' : 'more than', issue.minimum);
    case 'too_big':
      return bound(issue.origin, issue.inclusive ? 'at most' : 'less than', issue.maximum);
    case 'invalid_union':
      // Several forms may demand the same.
      return [
        ...new Set(issue.errors.flatMap(([first]) => (first ? [innerText(first)] : []))),
      ].join(', or ');
    default:
      return issue.message;
  }
}

/** A problem inside one of several forms that a value may have, with the place inside of it. */
function innerText(issue: z.core.$ZodIssue): string {
  return issue.path.length === 0 ? demand(issue) : issueText(issue);
}

function bound(origin: string, howMuch: string, limit: number | bigint): string {
  const hasLength = origin === 'string' || origin === 'array';
  if (hasLength && howMuch === 'at least' && limit === 1) return 'must not be empty';
  if (origin === 'array') return `must have ${howMuch} ${limit} entries`;
  if (origin === 'string') return `must have ${howMuch} ${limit} characters`;
  return `must be ${howMuch} ${limit}`;
}

function either(values: readonly string[]): string {
  const last = values.at(-1) ?? '';
  return values.length > 1 ? `${values.slice(0, -1).join(', ')} or ${last}` : last;
}
