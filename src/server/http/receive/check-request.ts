import type { IncomingMessage } from 'node:http';

/** Maximum number of header fields in a request. */
export const MAX_HEADERS = 100;

/** A dot segment in a path, plain or percent-encoded; a backslash counts as a slash. */
const DOT_SEGMENT = /[/\\](?:\.|%2e){1,2}(?:[/\\]|$)/i;

/**
 * Checks a request before any route sees it. Returns the status with which it is refused, or undefined if it is
 * valid.
 *
 * - 431: more than 100 header fields.
 * - 400: no Host, or several (RFC 9112, section 3.2); or dot segments or backslashes in the path, which this server and a
 *   proxy that decides by prefix would understand differently.
 * - 421: a Host that the configuration does not list, such as that of a page that has rebound its own name to this
 *   address.
 *
 * @param allowedHosts host names without ports, in lower case; empty allows all
 */
export function checkRequest(
  { rawHeaders, url = '' }: IncomingMessage,
  allowedHosts: readonly string[],
): 400 | 421 | 431 | undefined {
  if (rawHeaders.length / 2 > MAX_HEADERS) return 431;
  const path = url.split('?', 1)[0] ?? '';
  if (path.includes('\\') || DOT_SEGMENT.test(path)) return 400;
  const hosts = hostsOf(rawHeaders);
  if (hosts.length !== 1) return 400;
  return allowedHosts.length === 0 || allowedHosts.includes(nameOf(hosts[0] ?? ''))
    ? undefined
    : 421;
}

/** All Host headers; Node's `headers` shows only the first. */
function hostsOf(rawHeaders: readonly string[]): string[] {
  const hosts: string[] = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i];
    if (name?.length === 4 && name.toLowerCase() === 'host') hosts.push(rawHeaders[i + 1] ?? '');
  }
  return hosts;
}

/** A host without its port. */
function nameOf(host: string): string {
  return host.replace(/:\d*$/, '').toLowerCase();
}
