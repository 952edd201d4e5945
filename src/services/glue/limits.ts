/** Limits of the service, with their source. */
export const limits = {
  /** AWS Glue endpoints and quotas: table versions per table are 100,000; a tenth of it here. */
  tableVersionsMax: 10_000,
  /** GetDatabases, GetTables, GetTableVersions (API reference: MaxResults 1 … 100). */
  pageSize: 100,
  /** GetPartitions (API reference: MaxResults 1 … 1000). */
  partitionsPageSize: 1000,
  /** API reference, Partition API: PartitionValueList, 1024 characters a value. */
  partitionValueLengthMax: 1024,
  /** All values of a partition together, in bytes: they are one key of the store. */
  partitionValuesBytesMax: 1200,
  /** Partitions that are written at the same time. */
  partitionWritesAtOnce: 100,
  /** General tag limit of AWS resources. */
  tagsMax: 50,
  /** AWS Glue quotas: crawlers per account 1,000. */
  crawlersMax: 1000,
  /** ListCrawls keeps a year at AWS; the last ones here. */
  crawlsKeptMax: 100,
  crawlTablesMax: 10_000,
  crawlFoldersMax: 200_000,
  /** Objects of one folder that a crawl looks into. */
  crawlSampleMax: 1000,
  /** The first objects of a folder are read this deep … */
  crawlDeepSamples: 8,
  crawlHeadBytes: 1024 * 1024,
  /** … and the others that deep. */
  crawlShallowHeadBytes: 64 * 1024,
  crawlStopCheckEvery: 20,
  /** AWS Glue quotas: classifiers per account 100. */
  classifiersMax: 100,
  /** Crawls and job runs that one node works on at the same time; others wait. */
  crawlsAtOnce: 2,
  /** ListCrawls (API reference: MaxResults 1 … 1000, 20 by default). */
  crawlsPageSize: 1000,
  /** AWS Glue quotas: jobs per account 1,000 (can be raised there). */
  jobsMax: 1000,
  jobRunsAtOnce: 4,
  /** Objects that one source of a job reads. */
  sourceFilesMax: 100_000,
  /** Scripts and libraries of a job, each. */
  jobFileBytesMax: 64 * 1024 * 1024,
  /** Role sessions last at most 12 hours (STS AssumeRole). */
  sessionSecondsMax: 43_200,
  /** AWS Glue quotas: triggers per account 1,000 (can be raised there). */
  triggersMax: 1000,
  /** Batches of events of one trigger whose workflow is still to be started. */
  firingsMax: 100,
  /** Events that an EVENT trigger remembers, so that one that comes twice counts once. */
  eventsSeenMax: 200,
  /** EventBatchingCondition (API reference): BatchWindow, 900 seconds by default. */
  batchWindowSeconds: 900,
  /** AWS Glue Developer Guide, "Blueprint and workflow restrictions". */
  workflowTriggersMax: 100,
  /** AWS Glue quotas: workflows per account 250 (can be raised there). */
  workflowsMax: 250,
  /** Run properties of a workflow or of one of its runs, names and values together. */
  runPropertiesBytesMax: 64 * 1024,
  /** ListWorkflows (API reference: MaxResults 1 … 25). */
  workflowsPageSize: 25,
  /** GetWorkflowRuns (API reference: MaxResults 1 … 1000). */
  workflowRunsPageSize: 1000,
  /** GetJobRuns (API reference: MaxResults 1 … 200). */
  jobRunsPageSize: 200,
} as const
