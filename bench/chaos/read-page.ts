import { Connection } from './connection.js';
import { httpRequest } from './http-request.js';

/** Longer than a hang of every process. */
const LIMIT_MS = 60_000;

export interface Page {
  readonly status: number;
  readonly text: string;
}

/** A page of the server; undefined if the connection was cut or refused. */
export async function readPage(connection: Connection, path: string): Promise<Page | undefined> {
  connection.write(httpRequest('GET', path));
  const ending = await connection.answer(LIMIT_MS);
  if (typeof ending === 'string') return undefined;
  return { status: ending.status, text: ending.body.toString() };
}

/** A page of the server, on a connection of its own. */
export async function scrape(port: number, path: string): Promise<Page | undefined> {
  const connection = new Connection(port);
  const page = await readPage(connection, path);
  connection.close();
  return page;
}
