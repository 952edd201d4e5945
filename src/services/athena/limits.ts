/** Athena service quotas: https://docs.aws.amazon.com/athena/latest/ug/service-limits.html */
export const limits = {
  /** DML query timeout. */
  queryTimeoutMs: 30 * 60_000,
  /** Query history is kept for 45 days. */
  historyMs: 45 * 24 * 60 * 60_000,
  /** Rows of one page of GetQueryResults. */
  resultRowsMax: 1000,
  workgroupsMax: 1000,
  preparedStatementsMax: 1000,
  /** CTAS and INSERT INTO write to at most so many partitions at once. */
  writtenPartitionsMax: 100,
  batchMax: 50,
  /** Own limits: what one statement may read. */
  filesMax: 100_000,
  partitionsMax: 100_000,
  viewDepthMax: 20,
} as const
