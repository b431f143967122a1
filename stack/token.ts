// `npm run token`: a bearer token for the API that runs here. Exit code 0, 2 when it was called
// wrongly or no secret is set.

import { parseArgs } from 'node:util';
import { SettingsError } from '../platform/errors.ts';
import { makeToken } from './make-token.ts';

const help = `Prints a bearer token for the API, signed with JWT_SECRET (that of the running local
stack, if nothing else is named).

  npm run --silent token -- --role admin
  curl -H "Authorization: Bearer $(npm run --silent token -- --role admin)" …

  --role ROLE       what its bearer may do; admin may write
  --subject NAME    who its bearer is, for the audit log (default: the name of the user)
  --hours N         for how long it is good, 1 to 720 (default: 8)
  -h, --help        this text

Exit code: 0, 2 for wrong usage or when there is no secret.
`;

const hoursMax = 720;

export async function main(): Promise<number> {
  try {
    const { values } = parseArgs({
      args: process.argv.slice(2),
      options: {
        role: { type: 'string' },
        subject: { type: 'string', default: process.env.USER || 'admin' },
        hours: { type: 'string', default: '8' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) {
      process.stdout.write(help);
      return 0;
    }
    const { role, subject } = values;
    if (role === undefined || role === '') return refuse('Which role? --role admin may write.');
    const hours = Number(values.hours);
    if (!/^\d+$/.test(values.hours) || hours < 1 || hours > hoursMax) {
      return refuse(`--hours takes a whole number from 1 to ${hoursMax}.`);
    }
    process.stdout.write(`${await makeToken({ env: process.env, role, subject, hours })}\n`);
    return 0;
  } catch (error) {
    const isUsage = error instanceof TypeError && 'code' in error;
    if (isUsage || error instanceof SettingsError) return refuse(error.message);
    throw error;
  }
}

function refuse(reason: string): number {
  process.stderr.write(`${reason}\nSee: npm run token -- --help\n`);
  return 2;
}
