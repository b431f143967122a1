// The control arms are worth comparing only while they answer what ours answers.

import { test } from 'node:test';
import { reverseScope } from '../test/support/scope.ts';
import { startReadArms } from './scenarios/reads.ts';

test('every arm answers the same bytes, cached and read anew', async (t) => {
  await startReadArms({ scope: reverseScope(t), report: () => undefined });
});
