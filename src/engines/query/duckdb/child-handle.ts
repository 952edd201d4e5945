import { fork } from 'node:child_process'
import { EngineError } from '../../../base/errors.ts'
import type { QueryProgress } from '../port.ts'
import { QueryError } from '../port.ts'
import type { Failure, Interrupt, Reply, Request, StatementResult } from './messages.ts'

/** A query child as the server sees it. When it dies, every open request rejects `unavailable`. */
export interface ChildHandle {
  readonly alive: boolean
  request(
    body: RequestBody,
    onProgress?: (progress: QueryProgress) => void,
  ): Promise<StatementResult | undefined>
  interrupt(): void
  kill(): void
  /** Resolves when the process has ended. */
  readonly ended: Promise<void>
}

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never
export type RequestBody = WithoutId<Request>

export interface ChildOptions {
  readonly childPath: string
  readonly childArguments: ReadonlyArray<string>
}

interface Waiting {
  readonly resolve: (result: StatementResult | undefined) => void
  readonly reject: (error: Error) => void
  readonly onProgress: ((progress: QueryProgress) => void) | undefined
}

export function startChild({ childPath, childArguments }: ChildOptions): ChildHandle {
  const child = fork(childPath, [], {
    execArgv: [...childArguments],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // Nothing of the server's environment (keys, proxies) is the business of SQL.
    env: { UV_THREADPOOL_SIZE: '4', TZ: 'UTC' },
  })
  const waiting = new Map<number, Waiting>()
  let nextId = 1
  let alive = true

  function lose(reason: string): void {
    alive = false
    for (const { reject } of waiting.values()) {
      reject(new EngineError('unavailable', `the query process ended (${reason})`))
    }
    waiting.clear()
  }

  const ended = new Promise<void>((resolve) => {
    child.on('error', (error) => {
      lose(error.message)
      resolve()
    })
    child.on('exit', (code, signal) => {
      lose(signal ?? `exit code ${code}`)
      resolve()
    })
  })

  child.on('message', (reply: Reply) => {
    const request = waiting.get(reply.id)
    if (!request) return
    if (reply.kind === 'progress') return request.onProgress?.(reply.progress)
    waiting.delete(reply.id)
    if (reply.kind === 'done') return request.resolve(reply.result)
    if (reply.failure.fatal) child.kill('SIGKILL')
    request.reject(toError(reply.failure))
  })

  function send(message: Request | Interrupt): void {
    // A child that is gone answers through `exit`; there is no one to tell here.
    if (child.connected) child.send(message, () => undefined)
  }

  return {
    get alive() {
      return alive
    },
    request: (body, onProgress) =>
      new Promise((resolve, reject) => {
        if (!alive) return reject(new EngineError('unavailable', 'the query process has ended'))
        const id = nextId++
        waiting.set(id, { resolve, reject, onProgress })
        send({ ...body, id })
      }),
    interrupt: () => send({ kind: 'interrupt' }),
    kill() {
      alive = false
      child.kill('SIGKILL')
    },
    ended,
  }
}

function toError({ kind, message, ...details }: Failure): Error {
  return new QueryError(kind, message, details)
}
