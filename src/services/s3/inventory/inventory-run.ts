import { createHash } from 'node:crypto'
import type { Clock } from '../../../base/clock.ts'
import { dateOf } from '../../../base/clock.ts'
import { ServiceError } from '../../../base/errors.ts'
import type { Logger } from '../../../base/logger.ts'
import type { Random } from '../../../base/random.ts'
import type { Background } from '../../../engines/meta/background.ts'
import type { ObjectBody } from '../../../engines/objects/port.ts'
import { requireServiceMayPut } from '../access/service-writes.ts'
import type { Bucket } from '../buckets/bucket.ts'
import type { Buckets } from '../buckets/buckets.ts'
import { INVENTORY_FILE_ROWS_MAX } from '../limits.ts'
import { senderOf } from '../notifications/event-sender.ts'
import { defaultPlan } from '../objects/digests.ts'
import { recordOf } from '../objects/object-record.ts'
import type { Objects } from '../objects/objects.ts'
import { serviceOrigin } from '../objects/objects.ts'
import type { WalkedVersion, WalkVersions } from '../versions/version-walk.ts'
import type { Column } from './inventory-columns.ts'
import { columnsOf } from './inventory-columns.ts'
import type { WithInventoryFile } from './inventory-files.ts'
import { withCsvFile } from './inventory-files.ts'
import type { InventoryConfiguration, InventorySettings } from './inventory-settings.ts'

const DAYS_A_WEEK = 7
const REST_MAX_MS = 60_000
const REST_MIN_MS = 500
/** How often in a day it is tried again where the destination takes nothing. */
const ATTEMPTS_A_DAY = 24

interface Listing {
  readonly source: Bucket
  readonly target: Bucket
  readonly configuration: InventoryConfiguration
  readonly begunMs: number
}

interface DataFile {
  readonly key: string
  readonly size: number
  readonly MD5checksum: string
}

/**
 * Makes the inventories that are due, once each: the names of all that is written follow from the time
 * when one was due, so that a crash in the middle leaves nothing behind that is not overwritten.
 */
export function createInventoryRun(deps: {
  readonly inventories: InventorySettings
  readonly buckets: Buckets
  readonly objects: Objects
  readonly walkVersions: WalkVersions
  readonly withParquetFile: WithInventoryFile
  readonly background: Background
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly dayMs: number
}) {
  const { inventories, buckets, background, clock, log, dayMs } = deps
  const publish = createInventoryPublication(deps)

  /** When the next one is due. */
  async function make(source: Bucket, configuration: InventoryConfiguration, dueMs: number) {
    const nowMs = clock.wallMs()
    const { bucketName, account } = configuration.destination
    try {
      const target = await buckets.findAnywhere(bucketName, account)
      await publish({ source, target, configuration, begunMs: dueMs })
      const days = configuration.frequency === 'Daily' ? 1 : DAYS_A_WEEK
      return nowMs + days * dayMs
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error
      const { id } = configuration
      log.warn({ bucket: source.name, id, err: error }, 'an inventory of S3 could not be made')
      return nowMs + Math.ceil(dayMs / ATTEMPTS_A_DAY)
    }
  }

  async function round(signal: AbortSignal): Promise<number> {
    for await (const planned of inventories.everywhere()) {
      if (signal.aborted) return 0
      const { bucketName, storeId, configuration, dueMs } = planned
      if (!configuration.isEnabled || dueMs > clock.wallMs()) continue
      const source = await buckets.look(bucketName)
      if (source?.storeId !== storeId) await planned.forget()
      else await planned.postpone(await make(source, configuration, dueMs))
    }
    return Math.min(REST_MAX_MS, Math.max(REST_MIN_MS, Math.ceil(dayMs / ATTEMPTS_A_DAY)))
  }

  return {
    start: (signal: AbortSignal): Promise<void> =>
      background.run({ name: 's3/inventory', round }, signal),
  }
}

function createInventoryPublication(deps: {
  readonly objects: Objects
  readonly walkVersions: WalkVersions
  readonly withParquetFile: WithInventoryFile
  readonly random: Random
}) {
  const { objects, walkVersions, withParquetFile, random } = deps

  async function put({ source, target, configuration }: Listing, key: string, body: ObjectBody) {
    const { encryption } = configuration.destination
    return objects.put(target, {
      key,
      body,
      digests: defaultPlan,
      event: 'ObjectCreated:Put',
      origin: serviceOrigin(source, random.uuid()),
      ...(encryption && { encryption }),
    })
  }

  async function digestOf(target: Bucket, key: string): Promise<string> {
    const { body } = await objects.open(target, key)
    const hash = createHash('md5')
    if (body instanceof Uint8Array) return hash.update(body).digest('hex')
    for await (const chunk of body) hash.update(chunk as Uint8Array)
    return hash.digest('hex')
  }

  async function dataFiles(
    listing: Listing,
    start: string,
    columns: ReadonlyArray<Column>,
  ): Promise<ReadonlyArray<DataFile>> {
    const { source, target, configuration, begunMs } = listing
    const { format } = configuration.destination
    const isCsv = format === 'CSV'
    const versions = wanted(walkVersions(source), configuration)[Symbol.asyncIterator]()
    const files: DataFile[] = []
    for (let isOver = false; !isOver; ) {
      const rows = { bucket: source, columns, versions: atMost(versions, () => (isOver = true)) }
      const name = JSON.stringify([source.storeId, configuration.id, begunMs, files.length])
      const unique = createHash('sha256').update(name).digest('hex').slice(0, 32)
      const key = `${start}/data/${unique}.${isCsv ? 'csv.gz' : 'parquet'}`
      await (isCsv ? withCsvFile : withParquetFile)(rows, async (body) => {
        const { sizeBytes } = await put(listing, key, body)
        files.push({ key, size: sizeBytes, MD5checksum: await digestOf(target, key) })
      })
    }
    return files
  }

  return async (listing: Listing): Promise<void> => {
    const { source, target, configuration, begunMs } = listing
    const { prefix = '', bucketName, format } = configuration.destination
    const start = `${prefix === '' ? '' : `${prefix}/`}${source.name}/${configuration.id}`
    requireServiceMayPut(target, senderOf(source), `${start}/`)
    const columns = columnsOf(configuration.versions, configuration.fields)
    const files = await dataFiles(listing, start, columns)
    const manifest = JSON.stringify({
      sourceBucket: source.name,
      destinationBucket: `arn:aws:s3:::${bucketName}`,
      version: '2016-11-30',
      creationTimestamp: String(begunMs),
      fileFormat: format,
      fileSchema:
        format === 'CSV' ? columns.map(({ name }) => name).join(', ') : messageOf(columns),
      files,
    })
    const minute = dateOf(begunMs).toISOString().slice(0, 16).replace(':', '-')
    const symlinks = files.map(({ key }) => `s3://${bucketName}/${key}`).join('\n')
    const day = minute.replace('T', '-')
    await put(listing, `${start}/hive/dt=${day}/symlink.txt`, Buffer.from(symlinks))
    // The manifest comes last: who sees its sum sees all of it.
    await put(listing, `${start}/${minute}Z/manifest.json`, Buffer.from(manifest))
    const sum = createHash('md5').update(manifest).digest('hex')
    await put(listing, `${start}/${minute}Z/manifest.checksum`, Buffer.from(sum))
  }
}

async function* wanted(
  versions: AsyncIterable<WalkedVersion>,
  { prefix = '', versions: which }: InventoryConfiguration,
): AsyncGenerator<WalkedVersion> {
  for await (const version of versions) {
    const { object, noncurrent } = version
    if (!object.key.startsWith(prefix)) continue
    const isCurrent = noncurrent === undefined && !recordOf(object).isDeleteMarker
    if (which === 'All' || isCurrent) yield version
  }
}

/** So many as go into one file; tells when there are no more. */
async function* atMost(
  versions: AsyncIterator<WalkedVersion>,
  onEnd: () => void,
): AsyncGenerator<WalkedVersion> {
  for (let count = 0; count < INVENTORY_FILE_ROWS_MAX; count++) {
    const { value, done } = await versions.next()
    if (done) return onEnd()
    yield value
  }
}

const parquetTypes: Readonly<Record<Column['type'], readonly [type: string, note: string]>> = {
  VARCHAR: ['binary', ' (UTF8)'],
  BOOLEAN: ['boolean', ''],
  BIGINT: ['int64', ''],
  TIMESTAMP_MS: ['int64', ' (TIMESTAMP_MILLIS)'],
}

function messageOf(columns: ReadonlyArray<Column>): string {
  const fields = columns.map(({ parquetName, type, name }) => {
    const [word, note] = parquetTypes[type]
    const kind = name === 'Bucket' || name === 'Key' ? 'required' : 'optional'
    return `${kind} ${word} ${parquetName}${note};`
  })
  return `message s3.inventory { ${fields.join(' ')} }`
}
