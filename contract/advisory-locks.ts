// The advisory locks of Postgres by which listeners agree who leads, and writers learn whether the
// leader is parked (sql/migrations/0013_wake.sql holds the same numbers).

/** The four letters "cach". */
export const lockSpace = 1_667_327_848;
export const parkedLock = 1;
export const leaderLock = 2;
