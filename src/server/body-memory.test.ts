import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { createBody } from './body.ts'
import type { Exchange } from './exchange.ts'

function exchangeOf() {
  const source = new PassThrough()
  const closers: Array<() => void> = []
  const exchange = {
    headers: {},
    body: source,
    askForBody: () => undefined,
    onIdle: () => undefined,
    onClose: (listener: () => void) => void closers.push(listener),
  } as unknown as Exchange
  const close = () => {
    for (const closer of closers) closer()
  }
  return { exchange, source, close }
}

test('large bodies are counted together until their requests end; beyond the limit one is refused', async () => {
  const memory = { sizeMax: 1_000_000, heldMax: 250_000, heldBytes: 0 }
  const read = async (size: number) => {
    const { exchange, source, close } = exchangeOf()
    const bytes = createBody(exchange, memory).bytes()
    source.end(Buffer.alloc(size))
    const outcome = await bytes.then(
      ({ length }) => length,
      (error: Error & { code?: string }) => error.code,
    )
    return { outcome, close }
  }
  const first = await read(100_000)
  const second = await read(100_000)
  expect([first.outcome, second.outcome]).toEqual([100_000, 100_000])
  const third = await read(100_000)
  expect(third.outcome).toBe('ServiceUnavailable')
  expect((await read(1_000)).outcome).toBe(1_000)
  third.close()
  first.close()
  expect((await read(100_000)).outcome).toBe(100_000)
})
