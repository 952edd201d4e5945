import type { StoredRecord } from '../../../engines/log/port.ts'
import type { SinkValue } from '../sink/converters.ts'
import { convertBytes } from '../sink/converters.ts'
import { encodeRecord } from '../sink/formats.ts'
import type { SinkSettings } from '../sink/settings.ts'
import type { DeadLetter } from './dead-letters.ts'

/** What becomes of one record. */
export type Fate =
  | {
      readonly kind: 'deliver'
      readonly path: string
      readonly timeMs?: number
      readonly bytes: Buffer
      /** Records of another schema do not go into the same object. */
      readonly schema: string | undefined
    }
  | { readonly kind: 'skip' }
  | { readonly kind: 'fault'; readonly stage: DeadLetter['stage']; readonly fault: string }
  /** No tolerance helps. */
  | { readonly kind: 'fatal'; readonly fault: string }

/** Decided by the record, the settings and the time alone, so that it is the same after a crash. */
export function fateOf(
  settings: SinkSettings,
  partition: number,
  record: StoredRecord,
  nowMs: number,
): Fate {
  const key = convertBytes(settings.key, record.key)
  if ('fault' in key) return { kind: 'fault', stage: 'KEY_CONVERTER', fault: key.fault }
  const converted = convertBytes(settings.value, record.value)
  if ('fault' in converted) {
    return { kind: 'fault', stage: 'VALUE_CONVERTER', fault: converted.fault }
  }
  const { value } = converted
  if (value.kind === 'null') {
    return settings.skipsNull
      ? { kind: 'skip' }
      : { kind: 'fatal', fault: 'a null value is not writeable (behavior.on.null.values=fail)' }
  }
  return placed(settings, { partition, value, timestampMs: record.timestampMs }, nowMs)
}

function placed(
  settings: SinkSettings,
  record: { partition: number; value: SinkValue; timestampMs: number },
  nowMs: number,
): Fate {
  const place = settings.partitioner(record, nowMs)
  if ('fault' in place) return { kind: 'fault', stage: 'TASK_PUT', fault: place.fault }
  const bytes = encodeRecord(settings.format, record.value)
  if (!bytes) return { kind: 'fatal', fault: 'the format cannot write what the converter reads' }
  const schema = record.value.kind === 'json' ? record.value.schema : undefined
  return { kind: 'deliver', ...place, bytes, schema }
}
