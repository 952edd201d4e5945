import type { Socket } from 'node:net'
import type { Clock } from '../../base/clock.ts'
import { createFrameCutter } from './frame-cutter.ts'
import { kafkaLimits } from './limits.ts'
import type { MemoryBudget } from './memory-budget.ts'

/** What becomes of a frame. */
export interface Served {
  /** Bytes that the answer may have: they count as under way until it is out. */
  readonly answerBytes: number
  /** No other frame of the connection is looked at until this one is answered. */
  readonly alone: boolean
  /** Must not reject. */
  readonly answer: Promise<Answer>
}

export interface Answer {
  /** With its size in front; none: there is nothing to say. */
  readonly bytes: ReadonlyArray<Buffer>
  /** The client is not heard for so long afterwards. */
  readonly muteMs: number
  /** The connection ends behind this answer. */
  readonly last: boolean
}

export interface ChannelDeps {
  readonly socket: Socket
  readonly budget: MemoryBudget
  readonly clock: Clock
  /** Aborts when the connection is gone. */
  readonly signal: AbortSignal
  /** Largest frame that may come now. */
  readonly frameSizeMax: () => number
  /** Called in the order of the frames. Throws when the client does not speak the protocol. */
  readonly serve: (frame: Buffer) => Served
  /** Called once, with what `serve` or the framing threw; the connection is cut then. */
  readonly onMalformed: (error: unknown) => void
  readonly onSent: (bytes: number) => void
}

/**
 * Frames in, answers out, in order. Back-pressure: while a connection has as much under way as it
 * may, or its reader is slow, or memory is short, its socket is not read.
 */
export interface Channel {
  /** Begins to read. */
  open(): void
  /** Takes no more frames; ends the connection once all that was taken is answered. */
  finish(): void
  /** The client owes something: the rest of a frame, or reading what was sent. */
  isStalled(): boolean
  isServing(): boolean
}

interface Entry {
  readonly served: Served
  readonly frameBytes: number
}

export function createChannel(deps: ChannelDeps): Channel {
  const { socket, budget, clock, signal, serve } = deps
  const cutter = createFrameCutter()
  const queue: Entry[] = []
  let bytesUnderWay = 0
  let isAlone = false
  let isMuted = false
  let isWaitingForMemory = false
  let isFinishing = false
  let isWriting = false
  let reservedBytes: number | undefined
  const isGone = () => signal.aborted

  const isBlocked = () =>
    isAlone ||
    isMuted ||
    isWaitingForMemory ||
    queue.length >= kafkaLimits.inFlightMax ||
    (queue.length > 0 && bytesUnderWay >= kafkaLimits.inFlightBytesMax)

  /** The next frame, when it is whole and its memory is granted. */
  function nextFrame(): Buffer | undefined {
    const size = cutter.size(deps.frameSizeMax())
    if (size === undefined) return undefined
    if (reservedBytes === undefined && !reserve(size)) return undefined
    const frame = cutter.next()
    if (frame) reservedBytes = undefined
    return frame
  }

  function reserve(bytes: number): boolean {
    if (budget.tryTake(bytes)) {
      reservedBytes = bytes
      return true
    }
    isWaitingForMemory = true
    void budget.take(bytes, signal).then((isTaken) => {
      isWaitingForMemory = false
      if (!isTaken) return
      reservedBytes = bytes
      if (isGone()) releaseReserved()
      else pump()
    })
    return false
  }

  function releaseReserved(): void {
    if (reservedBytes !== undefined) budget.give(reservedBytes)
    reservedBytes = undefined
  }

  function accept(frame: Buffer): void {
    // The channel owns the memory of the frame until it is answered, also when that fails.
    let served: Served
    try {
      served = serve(frame)
    } catch (error) {
      budget.give(frame.length)
      throw error
    }
    queue.push({ served, frameBytes: frame.length })
    bytesUnderWay += frame.length + served.answerBytes
    if (served.alone) isAlone = true
    if (!isWriting) void write()
  }

  /** Takes what frames are there, as far as it may, and says whether more bytes are wanted. */
  function pump(): void {
    try {
      while (!isGone() && !isFinishing && !isBlocked()) {
        const frame = nextFrame()
        if (!frame) break
        accept(frame)
      }
    } catch (error) {
      isFinishing = true
      deps.onMalformed(error)
      socket.destroy()
      return
    }
    if (isGone()) return
    if (isFinishing && queue.length === 0) socket.end()
    // Whoever is sent away is still read from, so that his end is noticed.
    if (isBlocked() && !isFinishing) socket.pause()
    else socket.resume()
  }

  async function write(): Promise<void> {
    isWriting = true
    for (let entry = queue[0]; entry; entry = queue[0]) {
      const answer = await entry.served.answer
      budget.give(entry.frameBytes)
      if (!isGone()) await send(answer)
      queue.shift()
      bytesUnderWay -= entry.frameBytes + entry.served.answerBytes
      if (entry.served.alone) isAlone = false
      if (answer.last) isFinishing = true
      if (answer.muteMs > 0) mute(answer.muteMs)
      pump()
    }
    isWriting = false
  }

  async function send({ bytes }: Answer): Promise<void> {
    if (bytes.length === 0) return
    let size = 0
    socket.cork()
    for (const part of bytes) {
      size += part.length
      socket.write(part)
    }
    socket.uncork()
    deps.onSent(size)
    if (socket.writableLength > kafkaLimits.unsentBytesMax) await drained(socket, signal)
  }

  function mute(ms: number): void {
    isMuted = true
    void clock.sleep(ms, signal).then(() => {
      isMuted = false
      pump()
    })
  }

  signal.addEventListener('abort', releaseReserved, { once: true })
  socket.on('data', (bytes) => {
    if (isFinishing) return
    cutter.push(bytes)
    pump()
  })

  return {
    open: pump,
    finish() {
      isFinishing = true
      pump()
    },
    isStalled: () =>
      socket.writableLength > 0 ||
      (isFinishing ? queue.length === 0 : cutter.isWithinFrame() && !isBlocked()),
    isServing: () => queue.length > 0,
  }
}

/** Resolves when the socket has sent all it was given, or is gone. */
function drained(socket: Socket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      socket.off('drain', done)
      signal.removeEventListener('abort', done)
      resolve()
    }
    if (signal.aborted || !socket.writableNeedDrain) return resolve()
    socket.on('drain', done)
    signal.addEventListener('abort', done)
  })
}
