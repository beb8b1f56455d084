import { Connection } from './connection.js';
import { httpRequest } from './http-request.js';

/** Longer than a hang of every process. */
const LIMIT_MS = 60_000;

/** The text of a page of the server, with its status; undefined if the connection was cut or refused. */
export async function scrape(
  port: number,
  path: string,
): Promise<{ readonly status: number; readonly text: string } | undefined> {
  const connection = new Connection(port);
  connection.write(httpRequest('GET', path));
  const ending = await connection.answer(LIMIT_MS);
  connection.close();
  if (typeof ending === 'string') return undefined;
  return { status: ending.status, text: ending.body.toString() };
}
