/** Numbers of a seed, in [0, 1): the same run every time. */
export function createDice(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** Bytes that mean something to a reader of JSON or CBOR. */
const NASTY = [
  ...['"', '{', '}', '[', ']', ',', ':', '\\', '\\u', 'null', '1e999', '-0', '\ud800', '\0', '0.1'],
  ...['[[[[[[[[', '{"a":', '"Data":"!"', '"Records":', '9007199254740993', '18446744073709551616'],
].map((text) => Buffer.from(text))
const NASTY_BYTES = [
  0x1b, 0x3b, 0x5b, 0x7b, 0x9b, 0xbb, 0x5f, 0x7f, 0x9f, 0xbf, 0xc1, 0xf6, 0xfb, 0xff,
]

/** The bytes with one to four changes: flipped, cut, doubled, moved, or with something put in. */
export function mutate(bytes: Buffer, dice: () => number): Buffer {
  let changed: Buffer = Buffer.from(bytes)
  const count = 1 + Math.floor(dice() * 4)
  for (let change = 0; change < count; change++) changed = mutateOnce(changed, dice)
  return changed
}

function mutateOnce(bytes: Buffer, dice: () => number): Buffer {
  const at = Math.floor(dice() * (bytes.length + 1))
  const length = Math.floor(dice() ** 3 * (bytes.length - at + 1))
  const [before, middle, after] = [
    bytes.subarray(0, at),
    bytes.subarray(at, at + length),
    bytes.subarray(at + length),
  ]
  switch (Math.floor(dice() * 8)) {
    case 0:
      return before
    case 1:
      return Buffer.concat([before, after])
    case 2:
      return Buffer.concat([before, middle, middle, after])
    case 3:
      return Buffer.concat([middle, before, after])
    case 4:
      return Buffer.concat([before, NASTY[Math.floor(dice() * NASTY.length)] as Buffer, after])
    case 5:
      return withByte(bytes, at, NASTY_BYTES[Math.floor(dice() * NASTY_BYTES.length)] as number)
    case 6:
      return withByte(bytes, at, (bytes[at] ?? 0) ^ (1 << Math.floor(dice() * 8)))
    default:
      return withByte(bytes, at, Math.floor(dice() * 256))
  }
}

function withByte(bytes: Buffer, at: number, value: number): Buffer {
  const changed = Buffer.from(bytes)
  if (at < changed.length) changed[at] = value
  return changed
}
