// Why a connection to Postgres failed, told apart by what somebody has to do about it.

import { type Problem, problem } from '../../contract/problems.ts';
import { describeError } from '../../platform/errors.ts';

/** Wrong password, refused by pg_hba.conf, no such database. */
const loginStates: readonly unknown[] = ['28P01', '28000', '3D000'];
/** What PgBouncer answers to a setting in the start-up message that it would have to keep apart. */
const protocolViolation = '08P01';
const onlyOnPrimary = /cannot access temporary or unlogged relations during recovery|is a standby/;

/** @param setting the name of the address that was tried */
export function postgresProblem(error: unknown, setting: string): Problem {
  const detail = `${setting}: ${describeError(error)}`;
  const sqlState = (error as { code?: unknown }).code;
  if (loginStates.includes(sqlState)) {
    return problem('postgres-login', detail, `correct user, password and database in ${setting}`);
  }
  if (sqlState === protocolViolation) {
    return problem('postgres-pooler', detail);
  }
  if (onlyOnPrimary.test(detail)) {
    return problem('postgres-standby', detail);
  }
  return problem('postgres-unreachable', detail);
}
