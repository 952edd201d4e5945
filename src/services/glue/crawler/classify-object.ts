import type { Disk } from '../../../base/disk.ts'
import type { Scope } from '../../../base/scope.ts'
import type { ObjectAccess, ObjectSummary } from '../../s3/objects/object-access.ts'
import type { CsvRules } from './csv-sample.ts'
import { sampleCsv } from './csv-sample.ts'
import type { JsonPath } from './json-path.ts'
import { sampleJson } from './json-sample.ts'
import type { Compression, ObjectHead } from './object-head.ts'
import { readObjectHead } from './object-head.ts'
import { readParquetFooter } from './parquet-schema.ts'
import type { Field } from './schema-types.ts'

/** What an object was found to be. */
export interface ObjectSchema {
  readonly classification: 'json' | 'csv' | 'parquet'
  readonly compression: Compression
  readonly fields: ReadonlyArray<Field>
  /** An estimate when only the beginning was read. */
  readonly records: number
  readonly csv?: CsvLayout
  /** The custom classifier's path to the records. */
  readonly jsonPath?: string
}

export interface CsvLayout {
  readonly delimiter: string
  readonly quote: string
  readonly hasHeader: boolean
  readonly quoted: boolean
  readonly serde?: string
}

/** A custom classifier, ready to use. */
export type Classifier =
  | { readonly kind: 'json'; readonly text: string; readonly path: JsonPath }
  | { readonly kind: 'csv'; readonly rules: CsvRules; readonly serde?: string }

export type Classified = ObjectSchema | { readonly unknown: string }

/**
 * Reads the beginning of one object (of Parquet the end) and tells what it is: the custom
 * classifiers first, in their order, then the built-in ones. Rejects only when the store fails.
 */
export async function classifyObject(
  deps: { readonly objects: ObjectAccess; readonly disk: Disk },
  request: {
    readonly scope: Scope
    readonly bucket: string
    readonly object: ObjectSummary
    readonly classifiers: ReadonlyArray<Classifier>
    readonly limitBytes: number
  },
): Promise<Classified> {
  const { scope, bucket, object, classifiers, limitBytes } = request
  const where = { scope, bucket, key: object.key }
  const head = await readObjectHead(deps.objects, where, limitBytes)
  if ('unreadable' in head) return { unknown: head.unreadable }
  const magic = head.bytes.subarray(0, 4).toString('latin1')
  if (magic === 'PAR1') return classifyParquet(deps, where)
  if (magic.startsWith('Obj')) return { unknown: 'Avro is not supported by Headrace yet' }
  if (magic.startsWith('ORC')) return { unknown: 'ORC is not supported by Headrace yet' }
  const text = head.bytes.toString('utf8')
  for (const classifier of classifiers) {
    const found = classifyCustom(classifier, text, head)
    if (found) return found
  }
  return classifyText(text, head) ?? { unknown: 'no classifier recognized it' }
}

async function classifyParquet(
  { objects, disk }: { readonly objects: ObjectAccess; readonly disk: Disk },
  { scope, bucket, key }: { readonly scope: Scope; readonly bucket: string; readonly key: string },
): Promise<Classified> {
  const local = await objects.localFile(scope, bucket, key)
  try {
    const file = await disk.open(local.path)
    try {
      const { fields, rows } = await readParquetFooter(file)
      return { classification: 'parquet', compression: 'none', fields, records: rows }
    } catch (error) {
      return { unknown: `not a whole Parquet file: ${String(error)}` }
    } finally {
      await file.close()
    }
  } finally {
    local.release()
  }
}

function classifyCustom(
  classifier: Classifier,
  text: string,
  head: ObjectHead,
): ObjectSchema | undefined {
  if (classifier.kind === 'json') {
    const sample = sampleJson(text, head.complete, classifier.path)
    if (!sample) return undefined
    return { ...jsonSchema(sample, head), jsonPath: classifier.text }
  }
  const sample = sampleCsv(text, head.complete, classifier.rules)
  if (!sample) return undefined
  const { serde } = classifier
  const found = csvSchema(sample, head)
  return serde ? { ...found, csv: { ...found.csv, serde } } : found
}

function classifyText(text: string, head: ObjectHead): ObjectSchema | undefined {
  const json = sampleJson(text, head.complete)
  if (json) return jsonSchema(json, head)
  const csv = sampleCsv(text, head.complete)
  return csv && csvSchema(csv, head)
}

function jsonSchema(
  { fields, records, bytes }: NonNullable<ReturnType<typeof sampleJson>>,
  head: ObjectHead,
): ObjectSchema {
  return {
    classification: 'json',
    compression: head.compression,
    fields,
    records: recordsOf(records, bytes, head),
  }
}

function csvSchema(sample: NonNullable<ReturnType<typeof sampleCsv>>, head: ObjectHead) {
  const { fields, records, bytes, delimiter, quote, hasHeader, quoted } = sample
  return {
    classification: 'csv',
    compression: head.compression,
    fields,
    records: recordsOf(records, bytes, head),
    csv: { delimiter, quote, hasHeader, quoted },
  } as const
}

function recordsOf(records: number, bytes: number, head: ObjectHead): number {
  if (head.complete && bytes >= head.bytes.length * 0.9) return records
  return Math.max(records, Math.round((records * head.textBytes) / Math.max(bytes, 1)))
}
