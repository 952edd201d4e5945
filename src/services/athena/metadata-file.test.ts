import { expect, test } from 'vitest'
import type { ColumnInfo } from './column-info.ts'
import { encodeMetadata } from './metadata-file.ts'

const integer: ColumnInfo = {
  name: 'i',
  type: 'integer',
  precision: 10,
  scale: 0,
  caseSensitive: false,
}

test('a file is byte for byte what Athena wrote for the same columns', () => {
  // Recorded: the result of a SELECT of one integer column.
  const encoded = encodeMetadata({ queryId: '20260917_085516_00349_2tzvk', columns: [integer] })
  expect(encoded.toString('hex')).toBe(
    '0a1b32303236303931375f3038353531365f30303334395f32747a766b221d0a04686976652201692a01693207696e7465676572380a400048035000',
  )
})

test('updates carry their kind and count, a count of none too', () => {
  const encoded = encodeMetadata({
    queryId: 'q',
    updateKind: 'INSERT',
    updateCount: 0,
    columns: [],
  })
  expect(encoded.toString('hex')).toBe('0a01711206494e534552541800')
})

test('lengths are those of UTF-8, and may take two bytes', () => {
  const name = 'ü'.repeat(100)
  const encoded = encodeMetadata({ queryId: 'q', columns: [{ ...integer, name }] })
  const length = Buffer.from([0x22, 0xc8, 0x01])
  expect(encoded.includes(Buffer.concat([length, Buffer.from(name)]))).toBe(true)
})
