/** The bytes of an HTTP request. */
export function httpRequest(
  method: string,
  target: string,
  headers: Readonly<Record<string, string>> = {},
  body: Buffer = Buffer.alloc(0),
): Buffer {
  const all = { Host: 'chaos', ...(method === 'GET' ? {} : lengthOf(body)), ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([
    Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`),
    body,
  ]);
}

function lengthOf(body: Buffer) {
  return { 'Content-Length': String(body.length) };
}
