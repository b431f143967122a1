// What an admin reads of one film: a draft as well as a published one, straight from the database,
// with the ETag that a change is to be based on.

import type { Response } from 'express';
import { cacheStatus } from '../../cache/read-result.ts';
import type { Database } from '../database.ts';
import { sendCurrent } from '../writes/send-made.ts';
import { filmAnswer } from './film-writes.ts';
import { readFilm } from './write-queries.ts';

export async function sendToAdmin(
  response: Response,
  { database, id }: { database: Database; id: string },
): Promise<void> {
  response.setHeader('cache-status', cacheStatus.bypass('admin'));
  sendCurrent(response, filmAnswer(id, await readFilm(database, id)));
}
