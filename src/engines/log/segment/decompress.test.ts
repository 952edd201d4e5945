import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeBatch } from '../batch-fixtures.ts'
import { decompress } from './decompress.ts'
import { decompressLz4Frames } from './lz4.ts'
import { decompressSnappy } from './snappy.ts'

const GZIP = 1
const SNAPPY = 2
const LZ4 = 3
const ZSTD = 4

function payload(count: number, repeat: number): Buffer {
  const records = Array.from({ length: count }, (_, index) => ({
    key: `k${index}`,
    value: `value ${index} `.repeat(repeat),
    timestampMs: 1000 + index,
  }))
  return makeBatch({ records }).subarray(61)
}

const small = payload(3, 30)
const large = payload(30, 400)

/** Made by the tools of the formats: lz4 1.9.4, zstd 1.5.4, and a Snappy encoder that is not ours. */
const made = {
  snappy:
    '8QVE8gMAAAAEazDgA3ZhbHVlIDAg/ggA/ggA/ggAnggAIADyAwACAgRrMRH7ADEN+/4IAP4IAP4IAIYIAAH7EAQE' +
    'BGsyEfsAMg37/ggA/ggA/ggAhggAAAA=',
  lz4:
    'BCJNGGRAp2gCAAD/A5IyAAAABGswgDJ2YWx1ZSAwIAgA////////////////cZQAkjIAAgIEazGLDC8xIAgA////' +
    '////////////cQCLDFQEBARrMosMLzIgCAD///////////////9xAIsMVAYGBGsziwwvMyAIAP//////////////' +
    '/3EAiwxUCAgEazSLDC80IAgA////////////////cQCLDFQKCgRrNYsMLzUgCAD///////////////9xAIsMVAwM' +
    'BGs2iwwvNiAIAP///////////////3EAiwxUDg4EazeLDC83IAgA////////////////cQCLDFQQEARrOIsMLzgg' +
    'CAD///////////////9xAIsMVBISBGs5iwwvOSAIAP///////////////3HCALQ4ABQUBmsxMKA4FAA/MTAgCQD/' +
    '/////////////////wIAHA5lFhYGazExHA4vMSAJAP//////////////////AgAcDmUYGAZrMTIcDi8yIAkA////' +
    '//////////////8CABwOZRoaBmsxMxwOLzMgCQD//////////////////wIAHA5lHBwGazE0HA4vNCAJAP//////' +
    '////////////AgAcDmUeHgZrMTUcDi81IAkA//////////////////8CABwOZSAgBmsxNhwOLzYgCQD/////////' +
    '/////////wIAHA5lIiIGazE3HA4vNyAJAP//////////////////AgAcDmUkJAZrMTgcDi84IAkA////////////' +
    '//////8CABwOZSYmBmsxORwOLzkgCQD///9tUGx1ZSAxYAEAAJ85IHZhbHVlIDEJAP////////////9zwgC0OAAo' +
    'KAZrMjCgOBUAPzIwIAkA//////////////////8CABwOZSoqBmsyMRwOLzEgCQD//////////////////wIAHA5l' +
    'LCwGazIyHA4vMiAJAP//////////////////AgAcDmUuLgZrMjMcDi8zIAkA//////////////////8CABwOZTAw' +
    'BmsyNBwOLzQgCQD//////////////////wIAHA5lMjIGazI1HA4vNSAJAP//////////////////AgAcDmU0NAZr' +
    'MjYcDi82IAkA//////////////////8CABwOZTY2BmsyNxwOLzcgCQD//////////////////wIAHA5lODgGazI4' +
    'HA4vOCAJAP//////////////////AgAcDmU6OgZrMjkcDi85IAkA//////////////////1QIDI5IAAAAAAAGMPZ' +
    '/A==',
  lz4Linked:
    'BCJNGExAnpcBAAAAAAALaAIAAP8DkjIAAAAEazCAMnZhbHVlIDAgCAD///////////////9xlACSMgACAgRrMYsM' +
    'LzEgCAD///////////////9xAIsMVAQEBGsyiwwvMiAIAP///////////////3EAiwxUBgYEazOLDC8zIAgA////' +
    '////////////cQCLDFQICARrNIsMLzQgCAD///////////////9xAIsMVAoKBGs1iwwvNSAIAP//////////////' +
    '/3EAiwxUDAwEazaLDC82IAgA////////////////cQCLDFQODgRrN4sMLzcgCAD///////////////9xAIsMVBAQ' +
    'BGs4iwwvOCAIAP///////////////3EAiwxUEhIEazmLDC85IAgA////////////////ccIAtDgAFBQGazEwoDgU' +
    'AD8xMCAJAP//////////////////AgAcDmUWFgZrMTEcDi8xIAkA//////////////////8CABwOZRgYBmsxMhwO' +
    'LzIgCQD//////////////////wIAHA5lGhoGazEzHA4vMyAJAP//////////////////AgAcDmUcHAZrMTQcDi80' +
    'IAkA//////////////////8CABwOZR4eBmsxNRwOLzUgCQD//////////////////wIAHA5lICAGazE2HA4vNiAJ' +
    'AP//////////////////AgAcDmUiIgZrMTccDi83IAkA//////////////////8CABwOZSQkBmsxOBwOLzggCQD/' +
    '/////////////////wIAHA5lJiYGazE5HA4vOSAJAP///21QbHVlIDFTAQAADwkA/////////////3wAHA5VKCgG' +
    'azIYjT8yMCAJAP//////////////////AgAcDlUqKgZrMhiNPzIxIAkA//////////////////8CABwOVSwsBmsy' +
    'GI0/MjIgCQD//////////////////wIAHA5VLi4GazIYjT8yMyAJAP//////////////////AgAcDlUwMAZrMhiN' +
    'PzI0IAkA//////////////////8CABwOVTIyBmsyGI0/MjUgCQD//////////////////wIAHA5VNDQGazIYjT8y' +
    'NiAJAP//////////////////AgAcDlU2NgZrMhiNPzI3IAkA//////////////////8CABwOVTg4BmsyGI0/Mjgg' +
    'CQD//////////////////wIAHA5VOjoGazIYjT8yOSAJAP/////////////////9UCAyOSAAAAAAABjD2fw=',
  zstd:
    'KLUv/aSelwEAlQkAgswmHXBvDvxdcXV/M7izqqqLIUjJyvW5rlV93/d9fzuQ8deFYccY41vWvb/X2ldV962d87VS' +
    '1Lun6ZRK0mfPzkEU/bog6Bg/zy3LcX7v/6pqmlvLMK91Wd6tKKc0ST4pBifNAYJEHMZfV5bHcYyzNIxbVpZF8Xuz' +
    'JIhXVZbDcGuzFITXmmUQvDtLKU9plgAQ+4uf17gt69qbWcYY+wtoqBExTsFUls1gObQdchEFCAHNFf7//+cHBFZJ' +
    'GYHlTRmBcQ8BgXVkj8D6hoLAcFNGYP1DQGAcWiKwveEIBAZSUQIragoCw40yAvMPAYH1aInAdI2AwGKjj8D8g4LA' +
    'PFoisH0T/HBCIDA3VDpTR8OE6oiRqzpiWq+OQsvVUemZOgqyUUdHR+pIkqs6Gkw7sn51fEBVQFFYaQ==',
  zstdStream:
    'KLUv/QBolQkAgswmHXBvDvxdcXV/M7izqqqLIUjJyvW5rlV93/d9fzuQ8deFYccY41vWvb/X2ldV962d87VS1Lun' +
    '6ZRK0mfPzkEU/bog6Bg/zy3LcX7v/6pqmlvLMK91Wd6tKKc0ST4pBifNAYJEHMZfV5bHcYyzNIxbVpZF8XuzJIhX' +
    'VZbDcGuzFITXmmUQvDtLKU9plgAQ+4uf17gt69qbWcYY+wtoqBExTsFUls1gObQdchEFCAHNFf7//+cHBFZJGYHl' +
    'TRmBcQ8BgXVkj8D6hoLAcFNGYP1DQGAcWiKwveEIBAZSUQIragoCw40yAvMPAYH1aInAdI2AwGKjj8D8g4LAPFoi' +
    'sH0T/HBCIDA3VDpTR8OE6oiRqzpiWq+OQsvVUemZOgqyUUdHR+pIkqs6Gkw7sn51fEBV',
}

const bytes = (base64: string) => Buffer.from(base64, 'base64')

function xerial(...blocks: ReadonlyArray<Buffer>): Buffer {
  const head = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1])
  const framed = blocks.flatMap((block) => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(block.length)
    return [length, block]
  })
  return Buffer.concat([head, ...framed])
}

const samples: ReadonlyArray<readonly [string, number, Buffer, Buffer]> = [
  ['gzip', GZIP, gzipSync(large), large],
  ['snappy', SNAPPY, bytes(made.snappy), small],
  [
    'snappy as Java frames it',
    SNAPPY,
    xerial(bytes(made.snappy), bytes(made.snappy)),
    Buffer.concat([small, small]),
  ],
  ['lz4', LZ4, bytes(made.lz4), large],
  ['lz4 with linked blocks', LZ4, bytes(made.lz4Linked), large],
  ['zstd', ZSTD, bytes(made.zstd), large],
  ['zstd without its size', ZSTD, bytes(made.zstdStream), large],
]

describe.each(samples)('%s', (_name, codec, compressed, plain) => {
  test('is decompressed', () => {
    expect(decompress(codec, compressed)?.equals(plain)).toBe(true)
  })

  test('is refused above its bound', () => {
    expect(decompress(codec, compressed, plain.length)?.length).toBe(plain.length)
    expect(decompress(codec, compressed, plain.length - 1)).toBe(undefined)
  })

  test('damaged in whatever way ends in an answer, within its bound', () => {
    const change = fc.record({ at: fc.nat(compressed.length - 1), byte: fc.nat(255) })
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), fc.nat(), (changes, cut) => {
        const damaged = Buffer.from(compressed)
        for (const { at, byte } of changes) damaged[at] = byte
        const length = cut % 3 === 0 ? cut % damaged.length : damaged.length
        const out = decompress(codec, damaged.subarray(0, length), 200_000)
        expect(out?.length ?? 0).toBeLessThanOrEqual(200_000)
      }),
      { seed: 11, numRuns: 150 },
    )
  })
})

test('a few bytes that stand for gigabytes are refused before they are one', () => {
  const frame = [0x28, 0xb5, 0x2f, 0xfd, 0, 0x58]
  // Blocks of one byte, repeated 128 KiB.
  const block = [0x02, 0, 0x10, 0x61]
  const bomb = Buffer.from([
    ...frame,
    ...Array.from({ length: 5000 }, () => block).flat(),
    3,
    0,
    0,
    0,
  ])
  expect(decompress(ZSTD, bomb)).toBe(undefined)
  expect(decompress(GZIP, gzipSync(Buffer.alloc(70 << 20)))).toBe(undefined)
  const claim = Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0])
  expect(() => decompressSnappy(claim, 1 << 20)).toThrow('Snappy')
  expect(() => decompressLz4Frames(Buffer.from([4, 0x22, 0x4d, 0x18, 0]), 99)).toThrow()
})

test('there is no sixth codec', () => {
  expect(decompress(0, small)).toBe(undefined)
  expect(decompress(5, small)).toBe(undefined)
})
