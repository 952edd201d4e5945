import { systemClock } from '../../../base/clock.ts'
import { EngineError } from '../../../base/errors.ts'
import { QueryError } from '../port.ts'
import type { Failure, Interrupt, Reply, Request, StatementResult } from './messages.ts'
import type { SessionHost } from './session-host.ts'
import { createSessionHost } from './session-host.ts'
import { failureOf } from './statement-errors.ts'

/**
 * Entry of a query child: one session at a time, for a server that talks over the process channel.
 * Ends with the channel, so no child outlives its server.
 */
function main(): void {
  let host: SessionHost | undefined

  async function handle(request: Request): Promise<StatementResult | undefined> {
    if (request.kind === 'open') {
      host = createSessionHost(request.settings, systemClock)
      return undefined
    }
    if (!host) throw new EngineError('invalid', 'no session is open')
    if (request.kind === 'allow') await host.allow(request.paths)
    if (request.kind === 'execute') {
      return host.execute(request.statement, (progress) =>
        send({ id: request.id, kind: 'progress', progress }),
      )
    }
    if (request.kind === 'close') {
      host.close()
      host = undefined
    }
    return undefined
  }

  async function answer(request: Request): Promise<void> {
    try {
      const result = await handle(request)
      send({ id: request.id, kind: 'done', ...(result && { result }) })
    } catch (error) {
      send({ id: request.id, kind: 'failed', failure: toFailure(error) })
    }
  }

  process.on('message', (message: Request | Interrupt) => {
    if (message.kind === 'interrupt') host?.interrupt()
    else void answer(message)
  })
  // Not `exit`, which waits for running queries.
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
}

function send(reply: Reply): void {
  if (process.connected) process.send?.(reply)
}

function toFailure(error: unknown): Failure {
  if (error instanceof QueryError) {
    const { kind, message, problem, position, subject } = error
    return { kind, message, problem, position, subject }
  }
  if (error instanceof EngineError) {
    return { kind: error.kind, message: error.message, problem: 'other' }
  }
  return failureOf(error)
}

main()
