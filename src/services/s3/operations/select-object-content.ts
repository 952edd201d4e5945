import type { Input, Output } from '../../../wire/contract.ts'
import type { S3Operation, Sdk } from '../contract.ts'
import { readerOf } from '../encryption/wire-encryption.ts'
import { malformedXml, notSupported } from '../s3-errors.ts'
import type { SelectionInput, SelectionRows } from '../selection/selection.ts'
import { csvRow, jsonRow } from '../selection/selection.ts'
import { unzippedSize } from '../selection/unzipped-size.ts'

type SelectInput = Input<Sdk, 'SelectObjectContent'>
type Events = NonNullable<Output<Sdk, 'SelectObjectContent'>['Payload']>
type Event = Events extends AsyncIterable<infer One> ? One : never

export const selectObjectContent: S3Operation<'SelectObjectContent'> = {
  name: 'SelectObjectContent',
  refuses: ['ScanRange', 'RequestProgress'],
  async run({ buckets, objects, select }, input, context) {
    const bucket = await buckets.find(context.accountId, input.Bucket, input.ExpectedBucketOwner)
    const { sizeBytes } = await objects.head(bucket, input.Key)
    const reader = readerOf(input, context)
    const read = selectionInput(input)
    const source = { key: input.Key, input: read, ...reader }
    const isGzip = read.kind !== 'parquet' && read.isGzip
    const unzipped = isGzip
      ? await unzippedSize((await objects.open(bucket, input.Key, reader)).body)
      : sizeBytes
    const sizes = { scanned: sizeBytes, processed: unzipped }
    const write = rowWriter(input.OutputSerialization)
    const pages = select(bucket, source, input.Expression ?? '', context.signal)
    // What is wrong with the statement is answered by a status, so the first page comes before it.
    const first = await pages.next()
    return { Payload: events(first, pages, write, sizes) as unknown as Events }
  },
}

async function* events(
  first: IteratorResult<SelectionRows>,
  pages: AsyncGenerator<SelectionRows>,
  write: (page: SelectionRows) => string,
  sizes: { readonly scanned: number; readonly processed: number },
): AsyncGenerator<Event> {
  let returnedBytes = 0
  try {
    for (let page = first; !page.done; page = await pages.next()) {
      const Payload = Buffer.from(write(page.value))
      returnedBytes += Payload.length
      yield { Records: { Payload } } as Event
    }
    const Details = {
      BytesScanned: sizes.scanned,
      BytesProcessed: sizes.processed,
      BytesReturned: returnedBytes,
    }
    yield { Stats: { Details } } as Event
    yield { End: {} } as Event
  } finally {
    await pages.return(undefined)
  }
}

function selectionInput({ InputSerialization: given }: SelectInput): SelectionInput {
  const {
    CSV: csv,
    JSON: json,
    Parquet: parquet,
    CompressionType: compression = 'NONE',
  } = given ?? {}
  if ([csv, json, parquet].filter((one) => one !== undefined).length !== 1) throw malformedXml()
  const isGzip = compression === 'GZIP'
  if (compression !== 'NONE' && (!isGzip || parquet)) {
    throw notSupported(`CompressionType ${compression}`)
  }
  if (parquet) return { kind: 'parquet' }
  if (json) {
    if (!json.Type) throw malformedXml()
    return { kind: 'json', isGzip, type: json.Type }
  }
  const { RecordDelimiter: ends = '\n' } = csv ?? {}
  if (ends !== '\n' && ends !== '\r\n')
    throw notSupported(`RecordDelimiter ${JSON.stringify(ends)}`)
  return {
    kind: 'csv',
    isGzip,
    header: csv?.FileHeaderInfo ?? 'NONE',
    delimiter: csv?.FieldDelimiter ?? ',',
    quote: csv?.QuoteCharacter ?? '"',
    escape: csv?.QuoteEscapeCharacter ?? '"',
    comment: csv?.Comments ?? '',
  }
}

function rowWriter(given: SelectInput['OutputSerialization']): (page: SelectionRows) => string {
  const { CSV: csv, JSON: json } = given ?? {}
  if ((csv === undefined) === (json === undefined)) throw malformedXml()
  if (json) {
    const end = json.RecordDelimiter ?? '\n'
    return ({ columns, rows }) => rows.map((row) => jsonRow(columns, row) + end).join('')
  }
  const end = csv?.RecordDelimiter ?? '\n'
  const style = {
    delimiter: csv?.FieldDelimiter ?? ',',
    quote: csv?.QuoteCharacter ?? '"',
    escape: csv?.QuoteEscapeCharacter ?? '"',
    always: csv?.QuoteFields === 'ALWAYS',
  }
  return ({ rows }) => rows.map((row) => csvRow(row, style) + end).join('')
}
