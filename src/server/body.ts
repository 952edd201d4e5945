import { Readable } from 'node:stream'
import { ServiceError } from '../base/errors.ts'
import { bearTrailingChecksums } from '../wire/body-digest.ts'
import { incompleteBody } from './aws-chunked.ts'
import type { BodyPlan } from './body-checks.ts'
import { plainBody } from './body-checks.ts'
import type { Exchange } from './exchange.ts'

/** The body of a request: read once, as a stream or whole, decoded and compared on the way. */
export interface Body {
  /** What to decode and compare; before the body is read. */
  expect(plan: BodyPlan): void
  /** Fails with `ServiceError` when the body is not what its head said, or does not come. */
  stream(): Readable
  /** Repeated calls answer the same bytes. */
  bytes(): Promise<Buffer>
}

interface Sink {
  data(bytes: Buffer): void
  end(): void
  fail(error: unknown): void
}

/** What bodies may take of the memory; `heldBytes` is what the large ones take now. */
export interface BodyMemory {
  readonly sizeMax: number
  readonly heldMax: number
  heldBytes: number
}

/** Bodies up to this size are not counted: the limit of connections bounds them. */
const UNCOUNTED_SIZE = 64 * 1024
const STREAM_BUFFER_SIZE = 256 * 1024

export function createBody(exchange: Exchange, memory: BodyMemory): Body {
  let plan = plainBody
  let whole: Promise<Buffer> | undefined
  let stream: Readable | undefined

  return {
    expect(given) {
      plan = given
    },
    stream() {
      if (stream) return stream
      stream = whole === undefined ? createStream(exchange, plan) : streamOf(whole)
      return stream
    },
    bytes() {
      whole ??= collect(exchange, plan, memory)
      return whole
    },
  }
}

function createStream(exchange: Exchange, plan: BodyPlan): Readable {
  let started = false
  const made = new Readable({
    highWaterMark: STREAM_BUFFER_SIZE,
    read() {
      if (started) exchange.body?.resume()
      else {
        started = true
        readBody(exchange, plan, sink)
      }
    },
  })
  const sink: Sink = {
    data(bytes) {
      if (!made.destroyed && !made.push(bytes)) exchange.body?.pause()
    },
    end: () => void made.push(null),
    fail: (error) => void made.destroy(error as Error),
  }
  bearTrailingChecksums(made, plan.trailing)
  return made
}

function streamOf(whole: Promise<Buffer>): Readable {
  return new Readable({
    read() {
      whole.then(
        (bytes) => {
          this.push(bytes)
          this.push(null)
        },
        (error: Error) => this.destroy(error),
      )
    },
  })
}

function collect(exchange: Exchange, plan: BodyPlan, memory: BodyMemory): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const { sizeMax } = memory
    const parts: Buffer[] = []
    let size = 0
    let countedBytes = 0
    const declared = Number(exchange.headers['content-length'] ?? 0)
    if (declared > sizeMax) return reject(tooLarge(sizeMax))

    function count(): void {
      if (countedBytes === 0) {
        exchange.onClose(() => {
          memory.heldBytes -= countedBytes
        })
      }
      memory.heldBytes += size - countedBytes
      countedBytes = size
      if (memory.heldBytes > memory.heldMax) throw tooMany()
    }

    readBody(exchange, plan, {
      data(bytes) {
        size += bytes.length
        if (size > sizeMax) throw tooLarge(sizeMax)
        if (size > UNCOUNTED_SIZE) count()
        parts.push(bytes)
      },
      end() {
        const [first] = parts
        resolve(parts.length === 1 && first ? first : Buffer.concat(parts, size))
      },
      fail: reject,
    })
  })
}

/** A hot path: one call a chunk, no promise, no stream in between. */
function readBody(exchange: Exchange, { decoder, checks }: BodyPlan, sink: Sink): void {
  let over = false
  const fail = (error: unknown) => {
    if (over) return
    over = true
    sink.fail(error)
  }
  const onData = (bytes: Buffer) => {
    for (const check of checks) check.update(bytes)
    sink.data(bytes)
  }
  const onChunk = (chunk: Buffer) => {
    if (over) return
    try {
      if (decoder) decoder.write(chunk, onData)
      else onData(chunk)
    } catch (error) {
      fail(error)
    }
  }
  const onEnd = () => {
    if (over) return
    try {
      decoder?.end()
      for (const check of checks) check.finish()
      over = true
      sink.end()
    } catch (error) {
      fail(error)
    }
  }

  const source = exchange.body
  if (!source) {
    // An absent body is compared, too: it has a length and digests.
    onEnd()
    return
  }
  exchange.askForBody()
  exchange.onIdle(() => fail(idle()))
  source.on('data', onChunk)
  source.on('end', onEnd)
  const onBreak = () => {
    if (!over) fail(incompleteBody())
  }
  source.on('error', onBreak)
  source.on('close', onBreak)
}

// AWS: S3 answers a stalled upload with 400 RequestTimeout (S3 API Reference, error responses).
function idle(): ServiceError {
  return new ServiceError(
    'RequestTimeout',
    'Your socket connection to the server was not read from or written to within the timeout period. Idle connections will be closed.',
  )
}

function tooLarge(sizeMax: number): ServiceError {
  return new ServiceError(
    'RequestEntityTooLargeException',
    `Request must be smaller than ${sizeMax + 1} bytes`,
    { status: 413 },
  )
}

function tooMany(): ServiceError {
  return new ServiceError(
    'ServiceUnavailable',
    'The requests under way take all the memory that is for them. Please reduce your request rate.',
    { status: 503 },
  )
}
