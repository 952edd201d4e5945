import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { InvariantError } from '../base/errors.ts'
import { createBody } from './body.ts'
import { createBufferPool } from './buffer-pool.ts'
import type { Exchange } from './exchange.ts'

function exchangeOf(headers: Record<string, string> = {}) {
  const source = new PassThrough()
  const closers: Array<() => void> = []
  const exchange = {
    headers,
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
  const pool = createBufferPool({ sizeMax: 0, idleMax: 0 })
  const memory = { sizeMax: 1_000_000, heldMax: 250_000, heldBytes: 0, pool }
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

test("the memory of a released body is the next one's, and the body cannot be read any more", async () => {
  const pool = createBufferPool({ sizeMax: 1 << 20, idleMax: 1 << 20 })
  const memory = { sizeMax: 1 << 20, heldMax: 1 << 20, heldBytes: 0, pool }
  const receive = async (content: Buffer) => {
    const { exchange, source } = exchangeOf({ 'content-length': String(content.length) })
    const body = createBody(exchange, memory)
    const bytes = body.bytes()
    for (let at = 0; at < content.length; at += 60_000)
      source.write(content.subarray(at, at + 60_000))
    source.end()
    return { body, bytes: await bytes }
  }
  const first = await receive(Buffer.alloc(200_000, 'a'))
  const second = await receive(Buffer.alloc(200_000, 'b'))
  expect(isAll(first.bytes, 'a')).toBe(true)
  expect(isAll(second.bytes, 'b')).toBe(true)
  first.body.release()
  first.body.release()
  await expect(first.body.bytes()).rejects.toThrow(InvariantError)
  const third = await receive(Buffer.alloc(150_000, 'c'))
  expect(isAll(third.bytes, 'c')).toBe(true)
  expect(third.bytes.buffer).toBe(first.bytes.buffer)
  const fourth = await receive(Buffer.alloc(150_000, 'd'))
  expect(fourth.bytes.buffer).not.toBe(third.bytes.buffer)
  expect(isAll(second.bytes, 'b')).toBe(true)
})

test('a body that was announced counts whole from its first byte on', async () => {
  const pool = createBufferPool({ sizeMax: 1 << 20, idleMax: 1 << 20 })
  const memory = { sizeMax: 1 << 20, heldMax: 250_000, heldBytes: 0, pool }
  const start = (size: number) => {
    const { exchange, source, close } = exchangeOf({ 'content-length': String(size) })
    const bytes = createBody(exchange, memory).bytes()
    source.write('x')
    return { bytes, close }
  }
  const first = start(200_000)
  first.bytes.catch(() => undefined)
  await expect(start(100_000).bytes).rejects.toMatchObject({ code: 'ServiceUnavailable' })
  expect(memory.heldBytes).toBeGreaterThanOrEqual(200_000)
  first.close()
})

function isAll(bytes: Buffer, letter: string): boolean {
  return bytes.equals(Buffer.alloc(bytes.length, letter))
}
