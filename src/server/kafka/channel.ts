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

interface Entry {
  readonly served: Served
  readonly frameBytes: number
}

/**
 * Frames in, answers out, in order. Back-pressure: while a connection has as much under way as it
 * may, or its reader is slow, or memory is short, its socket is not read.
 */
export class Channel {
  readonly #deps: ChannelDeps
  readonly #cutter = createFrameCutter()
  readonly #queue: Entry[] = []
  #bytesUnderWay = 0
  #isAlone = false
  #mutes = 0
  #isWaitingForMemory = false
  #isFinishing = false
  #isWriting = false
  /** Memory that is granted for the frame that is being received. */
  #grantedBytes: number | undefined
  #usedMs: number

  constructor(deps: ChannelDeps) {
    this.#deps = deps
    this.#usedMs = deps.clock.monotonicMs()
    deps.signal.addEventListener('abort', () => this.#giveBack(), { once: true })
  }

  /** Begins to read. */
  open(): void {
    this.#deps.socket.on('data', (bytes) => {
      if (this.#isFinishing) return
      this.#cutter.push(bytes)
      this.#pump()
    })
    this.#pump()
  }

  /** Takes no more frames; ends the connection once all that was taken is answered. */
  finish(): void {
    this.#isFinishing = true
    this.#pump()
  }

  /** When the last request came. */
  usedMs(): number {
    return this.#usedMs
  }

  /** Requests are being served, or wait for their turn to be answered. */
  isServing(): boolean {
    return this.#queue.length > 0
  }

  /** The client owes something: the rest of a frame, reading what was sent, or its farewell. */
  isStalled(): boolean {
    if (this.#deps.socket.writableLength > 0) return true
    if (this.#isFinishing) return this.#queue.length === 0
    return this.#cutter.isWithinFrame() && !this.#isBlocked()
  }

  #isBlocked(): boolean {
    const isFull =
      this.#queue.length >= kafkaLimits.inFlightMax ||
      (this.#queue.length > 0 && this.#bytesUnderWay >= kafkaLimits.inFlightBytesMax)
    return isFull || this.#isAlone || this.#mutes > 0 || this.#isWaitingForMemory
  }

  /** Takes what frames are there, as far as it may, and reads on if it may take more. */
  #pump(): void {
    const { socket, signal, onMalformed } = this.#deps
    if (signal.aborted) return
    try {
      while (!this.#isFinishing && !this.#isBlocked()) {
        const frame = this.#nextFrame()
        if (!frame) break
        this.#accept(frame)
      }
    } catch (error) {
      this.#isFinishing = true
      onMalformed(error)
      socket.destroy()
      return
    }
    if (this.#isFinishing && this.#queue.length === 0) socket.end()
    // Whoever is sent away is still read from, so that his end is noticed.
    if (this.#isBlocked() && !this.#isFinishing) socket.pause()
    else socket.resume()
  }

  /** The next frame, when its memory is granted and it is whole. */
  #nextFrame(): Buffer | undefined {
    const size = this.#cutter.size(this.#deps.frameSizeMax())
    if (size === undefined) return undefined
    if (this.#grantedBytes === undefined && !this.#askForMemory(size)) return undefined
    const frame = this.#cutter.next()
    if (frame) this.#grantedBytes = undefined
    return frame
  }

  #askForMemory(bytes: number): boolean {
    const { budget, signal } = this.#deps
    if (budget.tryTake(bytes)) {
      this.#grantedBytes = bytes
      return true
    }
    this.#isWaitingForMemory = true
    void budget.take(bytes, signal).then((isGranted) => {
      this.#isWaitingForMemory = false
      if (!isGranted) return
      this.#grantedBytes = bytes
      if (signal.aborted) this.#giveBack()
      else this.#pump()
    })
    return false
  }

  #giveBack(): void {
    if (this.#grantedBytes !== undefined) this.#deps.budget.give(this.#grantedBytes)
    this.#grantedBytes = undefined
  }

  #accept(frame: Buffer): void {
    const { budget, clock, serve } = this.#deps
    this.#usedMs = clock.monotonicMs()
    let served: Served
    try {
      served = serve(frame)
    } catch (error) {
      budget.give(frame.length)
      throw error
    }
    this.#queue.push({ served, frameBytes: frame.length })
    this.#bytesUnderWay += frame.length + served.answerBytes
    if (served.alone) this.#isAlone = true
    if (!this.#isWriting) void this.#write()
  }

  async #write(): Promise<void> {
    const { budget, signal } = this.#deps
    this.#isWriting = true
    for (let entry = this.#queue[0]; entry; entry = this.#queue[0]) {
      const { served, frameBytes } = entry
      const answer = await served.answer
      budget.give(frameBytes)
      if (!signal.aborted) await this.#send(answer)
      this.#queue.shift()
      this.#bytesUnderWay -= frameBytes + served.answerBytes
      if (served.alone) this.#isAlone = false
      if (answer.last) this.#isFinishing = true
      if (answer.muteMs > 0) this.#mute(answer.muteMs)
      this.#pump()
    }
    this.#isWriting = false
  }

  async #send({ bytes }: Answer): Promise<void> {
    const { socket, signal, onSent } = this.#deps
    if (bytes.length === 0) return
    let size = 0
    socket.cork()
    for (const part of bytes) {
      size += part.length
      socket.write(part)
    }
    socket.uncork()
    onSent(size)
    if (socket.writableLength > kafkaLimits.unsentBytesMax) await drained(socket, signal)
  }

  #mute(ms: number): void {
    const { clock, signal } = this.#deps
    this.#mutes++
    void clock.sleep(ms, signal).then(() => {
      this.#mutes--
      this.#pump()
    })
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
