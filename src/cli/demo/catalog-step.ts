import {
  CreateCrawlerCommand,
  GetCrawlerCommand,
  GetPartitionsCommand,
  GetTablesCommand,
  StartCrawlerCommand,
} from '@aws-sdk/client-glue'
import { names } from './names.ts'
import type { Pipeline } from './pipeline.ts'
import { ensure, waitUntil } from './pipeline.ts'

export interface Cataloged {
  readonly tables: ReadonlyArray<string>
  readonly partitionCount: number
}

/** Runs a crawler over the given prefixes, and shows what the catalog then says of their tables. */
export async function crawl(
  pipeline: Pipeline,
  name: string,
  covered: ReadonlyArray<string>,
): Promise<Cataloged> {
  const { glue } = pipeline.clients
  const targets = covered.map((prefix) => ({ Path: `s3://${names.bucket}/${prefix}` }))
  await ensure(
    () =>
      glue.send(
        new CreateCrawlerCommand({
          Name: name,
          Role: pipeline.roleArn,
          DatabaseName: names.database,
          Targets: { S3Targets: targets },
        }),
      ),
    'AlreadyExistsException',
  )
  await glue.send(new StartCrawlerCommand({ Name: name }))
  const ended = await waitUntil(pipeline, `crawler ${name}`, async () => {
    const { Crawler } = await glue.send(new GetCrawlerCommand({ Name: name }))
    pipeline.display.progress(`crawler is ${Crawler?.State}`)
    return Crawler?.State === 'READY' ? Crawler.LastCrawl : undefined
  })
  if (ended.Status !== 'SUCCEEDED') throw new Error(`the crawl failed: ${ended.ErrorMessage}`)
  return describeTables(
    pipeline,
    covered.map((prefix) => prefix.replace(/\/$/, '')),
  )
}

async function describeTables(
  pipeline: Pipeline,
  wanted: ReadonlyArray<string>,
): Promise<Cataloged> {
  const { glue } = pipeline.clients
  const answer = await glue.send(new GetTablesCommand({ DatabaseName: names.database }))
  const TableList = (answer.TableList ?? []).filter(({ Name }) => wanted.includes(Name ?? ''))
  let partitionCount = 0
  for (const table of TableList) {
    const columns = table.StorageDescriptor?.Columns ?? []
    const keys = table.PartitionKeys ?? []
    const { Partitions = [] } =
      keys.length === 0
        ? {}
        : await glue.send(
            new GetPartitionsCommand({ DatabaseName: names.database, TableName: table.Name }),
          )
    partitionCount += Partitions.length
    const shown = columns.slice(0, 4).map(({ Name, Type }) => `${Name} ${Type}`)
    const more = columns.length > 4 ? `, … ${columns.length} columns` : ''
    const serde = table.StorageDescriptor?.SerdeInfo?.SerializationLibrary?.split('.').at(-1)
    pipeline.display.say(
      `${table.Name}: ${table.Parameters?.['classification']} by ${serde}, ${Partitions.length} partitions of (${keys.map(({ Name }) => Name).join(', ')}); ${shown.join(', ')}${more}`,
    )
  }
  return { tables: TableList.map(({ Name }) => Name ?? ''), partitionCount }
}
