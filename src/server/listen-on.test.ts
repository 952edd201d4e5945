import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import type { Logger } from '../base/logger.ts'
import { silentLogger } from '../base/logger.ts'
import { listenOn } from './listen-on.ts'

test('a connection that cannot be accepted is told in the log, and the server lives', async () => {
  const told: object[] = []
  const log: Logger = { ...silentLogger, error: (fields) => void told.push(fields) }
  const server = createServer()
  const { port } = await listenOn(server, 0, '127.0.0.1', log)
  const error = new Error('accept EMFILE')
  server.emit('error', error)
  expect(told).toMatchObject([{ err: error }])
  expect((server.address() as AddressInfo).port).toBe(port)
  await new Promise((resolve) => server.close(resolve))
})

test('a port that is taken is refused', async () => {
  const first = createServer()
  const { port } = await listenOn(first, 0, '127.0.0.1', silentLogger)
  const second = listenOn(createServer(), port, '127.0.0.1', silentLogger)
  await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' })
  await new Promise((resolve) => first.close(resolve))
})
