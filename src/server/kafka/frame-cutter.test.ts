import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MalformedFrame } from '../../wire/kafka/malformed-frame.ts'
import { createFrameCutter } from './frame-cutter.ts'

function framed(body: Buffer): Buffer {
  const size = Buffer.alloc(4)
  size.writeInt32BE(body.length)
  return Buffer.concat([size, body])
}

test('frames come out whole and in order, in whatever pieces they arrive', () => {
  const body = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes))
  fc.assert(
    fc.property(
      fc.array(body, { maxLength: 10 }),
      fc.array(fc.nat({ max: 60 })),
      (bodies, cuts) => {
        const cutter = createFrameCutter()
        const stream = Buffer.concat(bodies.map(framed))
        const out: Buffer[] = []
        const take = () => {
          while (cutter.size(1000) !== undefined) {
            const frame = cutter.next()
            if (!frame) return
            out.push(frame)
          }
        }
        let at = 0
        for (const length of [...cuts, stream.length]) {
          cutter.push(stream.subarray(at, at + length))
          at = Math.min(stream.length, at + length)
          take()
        }
        expect(out).toEqual(bodies)
        expect(cutter.isWithinFrame()).toBe(false)
      },
    ),
    { seed: 9092, numRuns: 500 },
  )
})

test('a frame may be as large as it may be, and not one byte larger', () => {
  const cutter = createFrameCutter()
  cutter.push(framed(Buffer.alloc(100)))
  expect(cutter.size(100)).toBe(100)
  expect(cutter.next()).toHaveLength(100)
  cutter.push(framed(Buffer.alloc(101)))
  expect(() => cutter.size(100)).toThrow(MalformedFrame)
})

test('a frame within one piece is not copied', () => {
  const cutter = createFrameCutter()
  const piece = framed(Buffer.from('abc'))
  cutter.push(piece)
  cutter.size(10)
  expect(cutter.next()?.buffer).toBe(piece.buffer)
})
