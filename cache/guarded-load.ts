// Loads a row and makes sure that it is the right database's. A primary that was replaced can still
// be at the other end of a pooled connection; what it says is discarded, with the connection.

/** What one statement returned: the row, and the incarnation of the server that said so. */
export interface Loaded {
  /** JSON text. */
  text: string;
  incarnation: string | null;
}

export interface GuardedLoadOptions {
  /** One statement, read committed, begun when it is called. */
  load: (code: string) => Promise<Loaded>;
  /** What the database last said of itself; null while that is not known. */
  expectedIncarnation: () => string | null;
  /** Drops the connections, so that the next load connects anew. */
  reconnect: () => void;
}

export interface GuardedResult {
  text: string;
  /** Whether the row may be stored: it came from the database that the heartbeats speak of. */
  fillable: boolean;
}

export async function loadGuarded(
  code: string,
  options: GuardedLoadOptions,
): Promise<GuardedResult> {
  const first = await options.load(code);
  const expected = options.expectedIncarnation();
  if (expected === null || first.incarnation === expected) {
    return { text: first.text, fillable: expected !== null };
  }
  options.reconnect();
  const second = await options.load(code);
  return { text: second.text, fillable: second.incarnation === options.expectedIncarnation() };
}
