import type { Application } from '@stricli/core'
import { buildApplication, buildCommand, buildRouteMap, run } from '@stricli/core'
import type { CliContext } from './context.ts'
import { settingFlags } from './setting-flags.ts'

const text = (brief: string, placeholder: string) =>
  ({ kind: 'parsed', parse: String, optional: true, brief, placeholder }) as const

const endpoint = text(
  'Server to talk to. Default: AWS_ENDPOINT_URL, else http://127.0.0.1:4566.',
  'url',
)
const dataDir = text('Directory of the server. Default: HEADRACE_DATA_DIR, else .headrace.', 'path')

const up = buildCommand<Record<string, string | boolean>, [], CliContext>({
  loader: async () => (await import('./up.ts')).up,
  parameters: { flags: settingFlags() },
  docs: {
    brief: 'Start the server and keep it running until it is interrupted.',
    customUsage: ['[--port count] [--host address] [--data-dir path] [more flags, see below]'],
    fullDescription:
      'Prints `ready` with its address on stdout once requests are answered. Every flag can also be given in the environment: --data-dir as HEADRACE_DATA_DIR, and so on.',
  },
})

const status = buildCommand<{ endpoint?: string }, [], CliContext>({
  loader: async () => (await import('./status.ts')).status,
  parameters: { flags: { endpoint } },
  docs: { brief: 'Show whether a server answers, and the state of its services.' },
})

const env = buildCommand<{ endpoint?: string; account?: string; region?: string }, [], CliContext>({
  loader: async () => (await import('./env.ts')).env,
  parameters: {
    flags: {
      endpoint,
      account: text(
        'Twelve-digit account to work in. Default: the one of the key `test`.',
        'digits',
      ),
      region: text('Default: us-east-1.', 'name'),
    },
  },
  docs: {
    brief: 'Print shell lines that point AWS SDKs and the AWS CLI at the server.',
    fullDescription: 'Use it as: eval "$(headrace env)"',
  },
})

const reset = buildCommand<
  { endpoint?: string; everything?: boolean; yes?: boolean },
  [],
  CliContext
>({
  loader: async () => (await import('./reset.ts')).reset,
  parameters: {
    flags: {
      endpoint,
      everything: {
        kind: 'boolean',
        optional: true,
        brief: 'All accounts, not only the caller’s.',
      },
      yes: { kind: 'boolean', optional: true, brief: 'Really do it.' },
    },
  },
  docs: { brief: 'Empty the account of the caller, or everything, on a running server.' },
})

const scrub = buildCommand<{ endpoint?: string }, [], CliContext>({
  loader: async () => (await import('./scrub.ts')).scrub,
  parameters: { flags: { endpoint } },
  docs: {
    brief:
      'Read all objects of the caller’s account on a running server and name the damaged ones.',
    fullDescription:
      'Every object of every bucket is read from the disk and compared with the sums that were kept when it was written. Each damaged one is printed; the exit code is 1 when there is one.',
  },
})

const tail = buildCommand<
  { from?: string; format?: string; limit?: string; noFollow?: boolean; endpoint?: string },
  [string],
  CliContext
>({
  loader: async () => (await import('./tail.ts')).tail,
  parameters: {
    flags: {
      from: text('latest, start, or a time in ISO 8601. Default: latest.', 'place'),
      format: text('text (key and data), json, or base64 (data only). Default: text.', 'name'),
      limit: text('End after so many records.', 'count'),
      noFollow: {
        kind: 'boolean',
        optional: true,
        brief: 'End when everything that is there was read.',
      },
      endpoint,
    },
    positional: {
      kind: 'tuple',
      parameters: [{ brief: 'Name or ARN of the stream.', parse: String, placeholder: 'stream' }],
    },
  },
  docs: {
    brief: 'Print the records of a Kinesis stream as they come.',
    fullDescription:
      'Follows the stream through splits and merges of its shards, the records of each key in order, until it is interrupted. Aggregates of the Kinesis Producer Library are taken apart. Keys and region are those of the environment, as `headrace env` prints them.',
  },
})

const addKey = buildCommand<{ dataDir?: string; account?: string; name?: string }, [], CliContext>({
  loader: async () => (await import('./keys.ts')).addKey,
  parameters: {
    flags: {
      dataDir,
      account: text('Twelve-digit account of the key. Default: 000000000000.', 'digits'),
      name: text('User name that the key stands for. Default: operator.', 'name'),
    },
  },
  docs: { brief: 'Make a new access key and print it; the secret is shown this once.' },
})

const listKeys = buildCommand<{ dataDir?: string }, [], CliContext>({
  loader: async () => (await import('./keys.ts')).listKeys,
  parameters: { flags: { dataDir } },
  docs: { brief: 'List the configured access keys, without their secrets.' },
})

const removeKey = buildCommand<{ dataDir?: string }, [string], CliContext>({
  loader: async () => (await import('./keys.ts')).removeKey,
  parameters: {
    flags: { dataDir },
    positional: {
      kind: 'tuple',
      parameters: [{ brief: 'Access key id.', parse: String, placeholder: 'key' }],
    },
  },
  docs: { brief: 'Remove an access key.' },
})

const fraud = buildCommand<
  { input?: string; records?: string; endpoint?: string; dataDir?: string },
  [],
  CliContext
>({
  loader: async () => (await import('./demo/fraud.ts')).fraud,
  parameters: {
    flags: {
      input: text('CSV, NDJSON or Parquet file of transactions. Default: a simulation.', 'file'),
      records: text('How many transactions at most. Default: 40000.', 'count'),
      endpoint,
      dataDir,
    },
  },
  docs: {
    brief:
      'Run the fraud-detection pipeline from producer to deployed model, and check every count.',
    fullDescription:
      'Joins the server at the endpoint, or starts one. Everything goes through unchanged AWS SDK clients. A run that was cut short goes on where it was when started again.',
  },
})

function buildHeadrace(version: string): Application<CliContext> {
  const keys = buildRouteMap({
    routes: { add: addKey, list: listKeys, remove: removeKey },
    docs: { brief: 'Manage the access keys that the server accepts.' },
  })
  const demo = buildRouteMap({
    routes: { fraud },
    docs: { brief: 'Pipelines that run end to end on this machine.' },
  })
  const routes = buildRouteMap({
    routes: { up, demo, status, env, tail, reset, scrub, keys },
    docs: {
      brief: 'The ML data-ingestion stack of AWS as one program.',
      fullDescription:
        'Kinesis, Firehose, S3, Glue, Athena, Lambda and SageMaker behind their real APIs, doing the real work on this machine. Begin with `headrace demo fraud` or `headrace up`.',
    },
  })
  return buildApplication(routes, {
    name: 'headrace',
    versionInfo: { currentVersion: version },
    scanner: { caseStyle: 'allow-kebab-for-camel' },
    determineExitCode: () => 1,
  })
}

/** Runs one command line; the exit code is left on the context. */
export async function runCli(inputs: ReadonlyArray<string>, context: CliContext): Promise<void> {
  await run(buildHeadrace(context.version), inputs, context)
}
