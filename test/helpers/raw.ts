import { connect } from 'node:net';

/** Sends raw bytes and collects all received data until the connection ends. */
export function raw(port: number, ...chunks: (string | Buffer)[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('close', () => resolve(text));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' ? resolve(text) : reject(error),
    );
    for (const chunk of chunks) socket.write(chunk);
  });
}

/** The value of each X-Request-Id in raw answers, in order. */
export function requestIds(answers: string): string[] {
  return [...answers.matchAll(/^x-request-id: (.*)\r$/gim)].map(([, id]) => String(id));
}
