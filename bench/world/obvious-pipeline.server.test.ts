import { test } from 'node:test';
import { reverseScope } from '../../test/support/scope.ts';
import { fillCities } from './cities.ts';
import { startObviousPipeline } from './obvious-pipeline.ts';
import { settle } from '../scenarios/settle.ts';

test('the obvious pipeline deletes the key of a changed row', async (t) => {
  const pipeline = await startObviousPipeline(reverseScope(t));
  await fillCities(pipeline.database, { codes: 1, perCode: 1 });
  await settle(pipeline);
});
