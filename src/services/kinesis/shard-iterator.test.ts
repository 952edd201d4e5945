import { expect, test } from 'vitest'
import { ITERATOR_LIFE_MS } from './limits.ts'
import { decodeShardIterator, encodeShardIterator } from './shard-iterator.ts'

const scope = { accountId: '000000000000', region: 'us-east-1' }
const createdMs = Date.UTC(2026, 0, 1)
const iterator = {
  key: { ...scope, name: 'clicks' },
  creationId: '0123456789abcdef',
  shardNumber: 3,
  offset: 2 ** 50,
  createdMs,
}

test('an iterator leads back to its place, and looks like those of AWS', () => {
  for (const name of ['a', 'clicks', 'n'.repeat(128)]) {
    const given = { ...iterator, key: { ...scope, name } }
    const token = encodeShardIterator(given)
    expect(decodeShardIterator(token, scope, createdMs)).toEqual(given)
    expect(token.length).toBeLessThanOrEqual(512)
    const bytes = Buffer.from(token, 'base64')
    expect(bytes.toString('hex', 0, 8)).toBe('0000000000000001')
    expect((bytes.length - 152) % 16).toBe(0)
    expect(bytes.length).toBeGreaterThanOrEqual(152)
  }
})

test('an iterator lives for five minutes and not a millisecond more', () => {
  const token = encodeShardIterator(iterator)
  decodeShardIterator(token, scope, createdMs + ITERATOR_LIFE_MS)
  expect(() => decodeShardIterator(token, scope, createdMs + ITERATOR_LIFE_MS + 1)).toThrow(
    'Iterator expired. The iterator was created at time Thu Jan 01 00:00:00 UTC 2026 while right ' +
      'now it is Thu Jan 01 00:05:00 UTC 2026 which is further in the future than the tolerated ' +
      'delay of 300000 milliseconds.',
  )
})

test('what is no iterator, or that of another account or region, is refused', () => {
  const token = encodeShardIterator(iterator)
  const encode = (text: string) =>
    Buffer.concat([Buffer.from('0000000000000001', 'hex'), Buffer.from(text)]).toString('base64')
  const bad = [
    '',
    'a',
    token.slice(4),
    `${token}=`,
    encode(''),
    encode('1/000000000000/us-east-1/clicks/x/0'),
    encode('1/000000000000/us-east-1/clicks/x/0/-1'),
    encode('1/000000000000/us-east-1/clicks/x/0/1.5'),
    encode(`${createdMs + 1}/000000000000/us-east-1/clicks/x/0/1`),
  ]
  for (const text of bad) {
    expect(() => decodeShardIterator(text, scope, createdMs)).toThrow('Invalid ShardIterator.')
  }
  for (const other of [
    { ...scope, accountId: '111111111111' },
    { ...scope, region: 'eu-west-1' },
  ]) {
    expect(() => decodeShardIterator(token, other, createdMs)).toThrow('Invalid ShardIterator.')
  }
})
