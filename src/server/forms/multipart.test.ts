import fc from 'fast-check'
import { expect, test } from 'vitest'
import { boundaryOf, createMultipartReader } from './multipart.ts'

interface Part {
  readonly name: string
  readonly data: Buffer
}

function bodyOf(boundary: string, parts: ReadonlyArray<Part>, preamble = ''): Buffer {
  const written = parts.flatMap(({ name, data }) => [
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n`),
    data,
    Buffer.from('\r\n'),
  ])
  return Buffer.concat([Buffer.from(preamble), ...written, Buffer.from(`--${boundary}--\r\n`)])
}

function read(boundary: string, body: Buffer, cuts: ReadonlyArray<number>): Part[] {
  const parts: Array<{ name: string; data: Buffer[]; ended: boolean }> = []
  const reader = createMultipartReader(boundary, {
    part: ({ name = '' }) => void parts.push({ name, data: [], ended: false }),
    data: (bytes) => void parts.at(-1)?.data.push(Buffer.from(bytes)),
    partEnd() {
      const last = parts.at(-1)
      if (last) last.ended = true
    },
  })
  let at = 0
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    const end = Math.max(at, Math.min(cut, body.length))
    reader.write(body.subarray(at, end))
    at = end
  }
  reader.write(body.subarray(at))
  reader.end()
  expect(parts.every(({ ended }) => ended)).toBe(true)
  return parts.map(({ name, data }) => ({ name, data: Buffer.concat(data) }))
}

const boundary = 'xYx'
/** Bytes that look like delimiters as often as they can without being one. */
const tricky = fc
  .array(fc.constantFrom('\r\n', '--', '-', 'x', 'Y', '\r\n--xY', '\r', '\n', '\0', 'ä'), {
    maxLength: 20,
  })
  .map((parts) => parts.join(''))
  .filter((text) => !`\r\n${text}\r\n`.includes(`\r\n--${boundary}`))

test('whatever the parts hold and wherever the body is cut, they come as they were written', () => {
  const part = fc.record({ name: fc.constantFrom('a', 'b c', ''), data: tricky.map(Buffer.from) })
  fc.assert(
    fc.property(
      fc.array(part, { minLength: 1, maxLength: 4 }),
      fc.array(fc.nat(300), { maxLength: 30 }),
      fc.constantFrom('', 'preamble\r\n'),
      (parts, cuts, preamble) => {
        expect(read(boundary, bodyOf(boundary, parts, preamble), cuts)).toEqual(parts)
      },
    ),
    { seed: 7, numRuns: 500 },
  )
})

test('what is no form never reads as one', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.array(fc.nat(200)), (bytes, cuts) => {
      const body = Buffer.concat([Buffer.from(`--${boundary}`), bytes])
      if (body.includes(`--${boundary}--`)) return
      expect(() => read(boundary, body, cuts)).toThrow()
    }),
    { seed: 7, numRuns: 300 },
  )
})

test('a name and a file name are read in the ways that clients write them', () => {
  const heads: unknown[] = []
  const reader = createMultipartReader('b', {
    part: (head) => void heads.push(head),
    data: () => undefined,
    partEnd: () => undefined,
  })
  const lines = [
    'content-disposition: form-data; filename="a \\"b\\".txt"; name="file"',
    'Content-Disposition: form-data; name=key',
    'Content-Disposition: form-data; name="file"; filename="%22ü%22"',
    'Content-Type: text/plain',
  ]
  for (const line of lines) reader.write(Buffer.from(`--b\r\n${line}\r\n\r\n\r\n`))
  expect(heads).toEqual([
    { name: 'file', filename: 'a "b".txt' },
    { name: 'key', filename: undefined },
    { name: 'file', filename: '"ü"' },
    { name: undefined, filename: undefined },
  ])
})

test.each([
  ['multipart/form-data; boundary=abc', 'abc'],
  ['Multipart/Form-Data;charset=utf-8;boundary="a b"', 'a b'],
  ['multipart/form-data', undefined],
  ['multipart/mixed; boundary=abc', undefined],
])('%s has the boundary %s', (contentType, wanted) => {
  expect(boundaryOf(contentType)).toBe(wanted)
})
