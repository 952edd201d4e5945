import { createHash } from 'node:crypto'

interface UserRecord {
  readonly partitionKey: string
  readonly explicitHashKey?: string
  readonly data: Uint8Array
}

/** An aggregate as the Kinesis Producer Library makes them: every key stands once in its table. */
export function aggregate(records: ReadonlyArray<UserRecord>): Buffer {
  const keys = [...new Set(records.map(({ partitionKey }) => partitionKey))]
  const hashes = [...new Set(records.flatMap(({ explicitHashKey: one }) => one ?? []))]
  const message = Buffer.concat([
    ...keys.map((key) => bytesField(1, Buffer.from(key))),
    ...hashes.map((hash) => bytesField(2, Buffer.from(hash))),
    ...records.map(({ partitionKey, explicitHashKey, data }) =>
      bytesField(
        3,
        Buffer.concat([
          numberField(1, keys.indexOf(partitionKey)),
          ...(explicitHashKey === undefined
            ? []
            : [numberField(2, hashes.indexOf(explicitHashKey))]),
          bytesField(3, data),
        ]),
      ),
    ),
  ])
  return sealed(message)
}

/** The frame around a message: magic and checksum. */
export function sealed(message: Uint8Array): Buffer {
  const digest = createHash('md5').update(message).digest()
  return Buffer.concat([Buffer.from('f3899ac2', 'hex'), message, digest])
}

function numberField(number: number, value: number): Buffer {
  return Buffer.concat([varint(number * 8), varint(value)])
}

export function bytesField(number: number, value: Uint8Array): Buffer {
  return Buffer.concat([varint(number * 8 + 2), varint(value.length), value])
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest])
    bytes.push((rest % 128) + 128)
  }
}
