/** Names of everything that the demo makes. One place, so that a run finds what another left. */
export const names = {
  stream: 'fraud-transactions',
  alerts: 'fraud-alerts',
  bucket: 'fraud-lake',
  scoreFunction: 'fraud-score',
  transformFunction: 'fraud-mask-pii',
  startJobFunction: 'fraud-start-job',
  rawDelivery: 'fraud-raw',
  eventsDelivery: 'fraud-events',
  schemaDatabase: 'fraud_schema',
  schemaTable: 'transactions',
  database: 'fraud_lake',
  crawler: 'fraud-lake-crawler',
  processedCrawler: 'fraud-processed-crawler',
  job: 'fraud-features',
  trigger: 'fraud-features-daily',
  role: 'fraud-pipeline',
  endpoint: 'fraud-model',
} as const

export const prefixes = {
  raw: 'raw/',
  events: 'events/',
  errors: 'errors/',
  profiles: 'profiles/',
  processed: 'processed/',
  online: 'online/',
  scripts: 'scripts/',
  ready: 'ready/',
  training: 'training/',
  models: 'models/',
  athena: 'athena-results/',
} as const
