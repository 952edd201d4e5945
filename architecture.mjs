// THINK BEFORE CHANGING: this file is the layering of the house, as data.
// Held by `.dependency-cruiser.mjs` (made from it) and by `test/tidy.test.ts`.

/** One row a layer, lowest first. A layer imports only from layers below it. */
export const layers = ['base', 'wire', 'engines', 'services', 'server', 'cli']

/** Which service may use which other service's nouns (never its operations). Acyclic. */
export const uses = {
  logs: ['iam'],
  sts: [],
  iam: [],
  kinesis: [],
  s3: ['iam'],
  sqs: ['iam'],
  kafka: ['kinesis'],
  'kinesis-channels': ['kinesis', 'logs', 's3'],
  msk: ['kafka', 'kinesis'],
  'msk-connect': ['kafka', 'kinesis', 'logs', 'msk', 's3', 'sts'],
  lambda: ['iam', 'kinesis', 'logs', 's3', 'sqs', 'sts'],
  glue: ['logs', 's3', 'sts'],
  firehose: ['glue', 'kinesis', 'lambda', 'logs', 's3'],
  sns: ['firehose', 'iam', 'lambda', 'sqs'],
  events: ['firehose', 'glue', 'iam', 'kinesis', 'lambda', 'logs', 'sns', 'sqs'],
  scheduler: ['iam'],
  pipes: [],
  athena: ['glue', 's3'],
  sagemaker: ['logs', 's3', 'sts'],
}

/** Third-party packages and the one folder that may import each. */
export const vendors = {
  '@duckdb/node-api': '^src/engines/query/duckdb/',
  '@node-rs/crc32': '^src/engines/checksum/',
  '@stricli/core': '^src/cli/',
  fflate: '^src/(services/lambda|cli/demo)/',
  hyparquet: '^src/services/glue/crawler/',
  'hyparquet-compressors': '^src/(services/glue/crawler|engines/log)/',
  'tar-stream': '^src/services/sagemaker/',
  lmdb: '^src/engines/meta/lmdb/',
  picocolors: '^src/cli/',
  pino: '^src/server/',
  'prom-client': '^src/server/',
}
