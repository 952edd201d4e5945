import { Readable } from 'node:stream'
import { assert } from '../base/assert.ts'
import { InvariantError, ServiceError } from '../base/errors.ts'
import { bearTrailingChecksums } from '../wire/body-digest.ts'
import { incompleteBody } from './aws-chunked.ts'
import type { BodyPlan } from './body-checks.ts'
import { plainBody } from './body-checks.ts'
import type { BufferPool } from './buffer-pool.ts'
import type { Exchange } from './exchange.ts'

/** The body of a request: read once, as a stream or whole, decoded and compared on the way. */
export interface Body {
  /** What to decode and compare; before the body is read. */
  expect(plan: BodyPlan): void
  /** Fails with `ServiceError` when the body is not what its head said, or does not come. */
  stream(): Readable
  /** Repeated calls answer the same buffer. */
  bytes(): Promise<Buffer>
  /** Nobody uses the bytes any more, in whole or in part: their memory is for other bodies. */
  release(): void
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
  readonly pool: BufferPool
}

/** Bodies up to this size are not counted: the limit of connections bounds them. */
const UNCOUNTED_SIZE = 64 * 1024
const STREAM_BUFFER_SIZE = 256 * 1024

export function createBody(exchange: Exchange, memory: BodyMemory): Body {
  let plan = plainBody
  let whole: Promise<Buffer> | undefined
  let stream: Readable | undefined
  let pooled: Buffer | undefined

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
      whole ??= collect(exchange, plan, memory, (buffer) => {
        pooled = buffer
      })
      return whole
    },
    release() {
      if (pooled === undefined) return
      memory.pool.give(pooled)
      pooled = undefined
      whole = Promise.reject(new InvariantError('a body is read after its memory was given back'))
      whole.catch(() => undefined)
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

function collect(
  exchange: Exchange,
  plan: BodyPlan,
  memory: BodyMemory,
  onPooled: (buffer: Buffer) => void,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const { sizeMax } = memory
    const declared = Number(exchange.headers['content-length'] ?? 0)
    if (declared > sizeMax) return reject(tooLarge(sizeMax))
    let size = 0
    let countedBytes = 0
    let gathered: Gathering | undefined

    function count(bytes: number): void {
      if (countedBytes === 0) {
        exchange.onClose(() => {
          memory.heldBytes -= countedBytes
        })
      }
      memory.heldBytes += bytes - countedBytes
      countedBytes = bytes
      if (memory.heldBytes > memory.heldMax) throw tooMany()
    }

    function gather(): Gathering {
      const isPooled = plan.decoder === undefined && declared > UNCOUNTED_SIZE
      const buffer = isPooled ? memory.pool.take(declared) : undefined
      if (!buffer) return gatherParts()
      count(declared)
      onPooled(buffer)
      return gatherInto(buffer)
    }

    readBody(exchange, plan, {
      data(bytes) {
        size += bytes.length
        if (size > sizeMax) throw tooLarge(sizeMax)
        gathered ??= gather()
        if (size > Math.max(UNCOUNTED_SIZE, countedBytes)) count(size)
        gathered.add(bytes)
      },
      end: () => resolve(gathered?.finish() ?? Buffer.alloc(0)),
      fail: reject,
    })
  })
}

interface Gathering {
  add(bytes: Buffer): void
  finish(): Buffer
}

function gatherParts(): Gathering {
  const parts: Buffer[] = []
  return {
    add: (bytes) => void parts.push(bytes),
    finish() {
      const [first] = parts
      return parts.length === 1 && first ? first : Buffer.concat(parts)
    },
  }
}

/** `target` has the size of the whole body: what Node's parsers give is as long as its head said. */
function gatherInto(target: Buffer): Gathering {
  let used = 0
  return {
    add(bytes) {
      assert(used + bytes.length <= target.length, 'a body is not longer than its head said')
      target.set(bytes, used)
      used += bytes.length
    },
    finish: () => target.subarray(0, used),
  }
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
export function idle(): ServiceError {
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
