// How the sessions of lists plan and compare. The plan of a list must not depend on how well the
// tables have been analysed, or on how small they still are: it always goes through an index.

export const listSessionSettings = {
  enable_seqscan: 'off',
  // Statements of milliseconds: compiling one takes longer than running it.
  jit: 'off',
  max_parallel_workers_per_gather: '0',
  // Lower than the usual 0.6: one wrong letter costs up to half of a word's trigrams.
  'pg_trgm.word_similarity_threshold': '0.5',
} as const;
