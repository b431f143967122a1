// HTTP by hand, for requests that no client would send.

import { connect } from 'node:net';

export interface RawAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

const idleTimeoutMs = 10_000;

/** Sends the text as it is and reads until the server closes; ask for that with a header. */
export async function sendRaw(url: string, text: string): Promise<RawAnswer> {
  return parse(await exchange(url, text));
}

/**
 * Sends GETs of one path over one connection without waiting for answers.
 * Resolves once the server has all of them, to a promise of everything that comes back.
 */
export async function sendPipelined(
  url: string,
  path: string,
  count: number,
): Promise<{ received: Promise<string> }> {
  const head = `GET ${path} HTTP/1.1\r\nHost: test\r\n`;
  const text = `${`${head}\r\n`.repeat(count - 1)}${head}Connection: close\r\n\r\n`;
  let received: Promise<string> = Promise.resolve('');
  await new Promise<void>((resolve, reject) => {
    received = exchange(url, text, resolve);
    received.catch(reject);
  });
  // What comes over another connection, opened later, is read after what waits on this one.
  await (await fetch(`${url}/livez`)).arrayBuffer();
  return { received };
}

async function exchange(url: string, text: string, onSent?: () => void): Promise<string> {
  const { hostname, port } = new URL(url);
  return await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(text, 'latin1', onSent));
    const chunks: Buffer[] = [];
    const done = () => resolve(Buffer.concat(chunks).toString('utf8'));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('end', done);
    // A server that closes while we still send resets the connection, after its answer.
    socket.on('error', (error) => (chunks.length > 0 ? done() : reject(error)));
    socket.setTimeout(idleTimeoutMs, () => socket.destroy(new Error('no end of the answer')));
  });
}

function parse(received: string): RawAnswer {
  const headEnd = received.indexOf('\r\n\r\n');
  const [statusLine = '', ...headerLines] = received.slice(0, headEnd).split('\r\n');
  const headers = headerLines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return {
    status: Number(statusLine.split(' ')[1]),
    headers: Object.fromEntries(headers),
    body: received.slice(headEnd + 4),
  };
}
