/** Limits of CloudWatch Logs, with their source. */
export const limits = {
  /** PutLogEvents (API reference): the sum of all messages in UTF-8 plus 26 bytes for each. */
  batchBytesMax: 1_048_576,
  eventOverheadBytes: 26,
  batchEventsMax: 10_000,
  /** PutLogEvents: no event more than two hours ahead, or older than 14 days, or than retention. */
  futureMaxMs: 2 * 3_600_000,
  ageMaxMs: 14 * 86_400_000,
  /** PutLogEvents: a batch may span 24 hours. */
  batchSpanMaxMs: 86_400_000,
  /** GetLogEvents and FilterLogEvents: one answer, in bytes and events. */
  answerBytesMax: 1_048_576,
  answerEventsMax: 10_000,
  /** DescribeLogGroups and DescribeLogStreams: the largest and default page. */
  pageSize: 50,
  /** FilterLogEvents: events looked at for one answer; AWS answers partial pages likewise. */
  filteredEventsMax: 20_000,
  /** CloudWatch Logs quotas: log groups in an account and region. */
  groupsMax: 1_000_000,
  tagsMax: 50,
  /** PutResourcePolicy (API reference): in an account and region, and of a document. */
  resourcePoliciesMax: 10,
  resourcePolicyCharactersMax: 5_120,
  /** PutRetentionPolicy (API reference): the days that may be asked for. */
  retentionDays: [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
  ],
} as const
