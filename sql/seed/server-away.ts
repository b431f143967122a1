// Tells a server that is away, and will come back, from one that says no.

/** Replies of Postgres that mean "not now": shutting down, starting up, too many connections. */
const passingSqlStates = ['57P01', '57P02', '57P03', '53300'];

/** How pg and minio word it when a connection ends, or a server that starts up answers 503. */
const awayMessage = /^(Connection terminated|Client network|timeout expired|Request failed after)/;

export function isServerAway(error: unknown): boolean {
  if (!(error instanceof Error)) {
    return false;
  }
  const code = 'code' in error ? String(error.code) : '';
  const isSystemError = /^E[A-Z_]+$/.test(code);
  return isSystemError || passingSqlStates.includes(code) || awayMessage.test(error.message);
}
