import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createFrameSplitter } from './frame-splitter.ts'

function framed(body: Uint8Array): Buffer {
  const length = Buffer.alloc(4)
  length.writeInt32BE(body.length)
  return Buffer.concat([length, body])
}

test('frames come out whole and in order, however the bytes are cut', () => {
  const body = fc.uint8Array({ minLength: 4, maxLength: 40 })
  fc.assert(
    fc.property(fc.array(body), fc.array(fc.nat(30)), (bodies, cuts) => {
      const frames: Buffer[] = []
      const splitter = createFrameSplitter((frame) => frames.push(Buffer.from(frame)))
      const all = Buffer.concat(bodies.map(framed))
      let at = 0
      for (const size of [...cuts, all.length]) {
        splitter.add(all.subarray(at, at + size))
        at = Math.min(all.length, at + size)
      }
      expect(frames).toEqual(bodies.map((bytes) => Buffer.from(bytes)))
    }),
    { seed: 7, numRuns: 200 },
  )
})

test('a length that no frame has is refused', () => {
  for (const length of [3, -1, (200 << 20) + 1]) {
    const bytes = Buffer.alloc(8)
    bytes.writeInt32BE(length)
    const splitter = createFrameSplitter(() => undefined)
    expect(() => splitter.add(bytes)).toThrow(expect.objectContaining({ kind: 'corrupt' }))
  }
})
