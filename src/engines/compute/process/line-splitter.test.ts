import { expect, test } from 'vitest'
import { createLineSplitter } from './line-splitter.ts'

const push = (splitter: ReturnType<typeof createLineSplitter>, ...chunks: string[]) =>
  chunks.flatMap((chunk) => splitter.push(Buffer.from(chunk)))

test('lines come whole, whatever the chunks', () => {
  const splitter = createLineSplitter(100)
  expect(push(splitter, 'a', 'b\nc\n\nd')).toEqual(['ab', 'c', ''])
  expect(splitter.end()).toEqual(['d'])
  expect(splitter.end()).toEqual([])
})

test('a character that is cut between chunks is whole again', () => {
  const splitter = createLineSplitter(100)
  const bytes = Buffer.from('€\n')
  expect([...bytes].flatMap((byte) => splitter.push(Buffer.from([byte])))).toEqual(['€'])
})

test('a line at the limit is whole, a longer one comes in pieces', () => {
  const splitter = createLineSplitter(4)
  expect(push(splitter, '1234\n12345\n12345678')).toEqual(['1234', '1234', '5', '1234'])
  expect(splitter.end()).toEqual(['5678'])
})
