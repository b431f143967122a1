// The object of a poster that a film no longer shows. It goes only if no other film shows it:
// addresses of images are free text.

import type { ObjectStore } from '../../platform/clients/object-store.ts';
import { describeError } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import type { WriteDatabase } from '../database.ts';
import { isPosterShown } from './write-queries.ts';

/** Never rejects: what stays is an object that nothing points to. */
export type DropPoster = (posterUrl: string | null) => Promise<void>;

export interface DropPosterOptions {
  database: WriteDatabase;
  objectStore: Pick<ObjectStore, 'remove'>;
  logger: Logger;
}

export function createDropPoster(options: DropPosterOptions): DropPoster {
  const { database, objectStore, logger } = options;
  return async (posterUrl) => {
    const [, name] = /^\/image\/(poster-[^/]+)$/.exec(posterUrl ?? '') ?? [];
    if (name === undefined) {
      return;
    }
    try {
      const isShown = await database.transaction((transaction) =>
        isPosterShown(transaction, `/image/${name}`),
      );
      if (!isShown) {
        await objectStore.remove(name);
      }
    } catch (error) {
      logger.warn({ event: 'poster.not_removed' }, describeError(error));
    }
  };
}
