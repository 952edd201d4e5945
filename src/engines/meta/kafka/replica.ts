import { createAbort } from '../../../base/child-abort.ts'
import type { Clock } from '../../../base/clock.ts'
import { EngineError } from '../../../base/errors.ts'
import type { Logger } from '../../../base/logger.ts'
import type { KafkaCluster, KafkaPartition } from '../../kafka-client/kafka-cluster.ts'
import { isOutOfRange } from '../../kafka-client/kafka-fault.ts'
import {
  deleteRecordsBefore,
  EARLIEST,
  findOffset,
  LATEST,
} from '../../kafka-client/partition-requests.ts'
import type { RecordProducer } from '../../kafka-client/record-producer.ts'
import type { KafkaRecord } from '../../kafka-client/record-reader.ts'
import { pollRecords } from '../../kafka-client/record-reader.ts'
import { decodeCommand, encodeCommand } from './command.ts'
import type { Snapshots } from './snapshots.ts'
import type { Outcome, StateMachine, StateSizes } from './state-machine.ts'
import { createStateMachine } from './state-machine.ts'
import type { Watches } from './watches.ts'
import { createWatches } from './watches.ts'

/** This node's copy of the state, and its part in the commands. */
export interface Replica {
  state(): StateMachine
  /** Resolves when everything is applied that was committed anywhere before the call. */
  catchUp(): Promise<void>
  /**
   * Appends a command and resolves when it was applied, here too. Rejects with what became of it, and
   * with `timeout` or `unavailable` when that is not known.
   */
  command(encode: (asked: { node: string; number: number }) => Buffer): Promise<void>
  watch: Watches['add']
  close(): Promise<void>
}

export interface ReplicaDeps {
  readonly cluster: KafkaCluster
  readonly producer: RecordProducer
  readonly commands: KafkaPartition
  readonly snapshots: Snapshots
  readonly sizes: StateSizes
  /** Unique among all nodes that ever were. */
  readonly node: string
  readonly clock: Clock
  readonly log: Logger
}

const WAIT_MS = 500
const PAUSE_MS = 100
const RESTORE_TRIES = 5
const CATCH_UP_MS_MAX = 30_000

interface Waiter {
  resolve(): void
  reject(error: unknown): void
}

interface Parts extends ReplicaDeps {
  state: StateMachine
  readonly closing: AbortController
  readonly watches: Watches
  /** Own commands that were not seen in the topic yet, by their number. */
  readonly waiting: Map<number, Waiter>
  /** Who waits until the state is as far as an offset. */
  readonly behind: Set<Waiter & { readonly offset: number }>
  lastNumber: number
}

/** Reads the newest snapshot and all commands behind it, then follows the topic. */
export async function openReplica(deps: ReplicaDeps): Promise<Replica> {
  const parts: Parts = {
    ...deps,
    state: await restore(deps),
    closing: createAbort(),
    watches: createWatches(),
    waiting: new Map(),
    behind: new Set(),
    lastNumber: 0,
  }
  const following = follow(parts)
  const replica: Replica = {
    state: () => parts.state,
    catchUp: () => catchUp(parts),
    command: (encode) => command(parts, encode),
    watch: parts.watches.add,
    async close() {
      parts.closing.abort()
      for (const waiter of [...parts.waiting.values(), ...parts.behind]) waiter.reject(closed())
      await following
    },
  }
  try {
    await replica.catchUp()
    return replica
  } catch (error) {
    await replica.close()
    throw error
  }
}

/** The state of the newest snapshot, or the empty one where all commands are there still. */
async function restore(deps: ReplicaDeps): Promise<StateMachine> {
  const { cluster, commands, snapshots, sizes, clock } = deps
  for (let triesLeft = RESTORE_TRIES; triesLeft > 0; triesLeft--) {
    const state = createStateMachine(sizes, await snapshots.read())
    if ((await findOffset(cluster, commands, EARLIEST)) <= state.nextOffset()) return state
    // Another node may have written one and trimmed the commands behind the one that was read.
    await clock.sleep(PAUSE_MS)
  }
  throw new EngineError('corrupt', `commands of ${commands.topic} are gone that no snapshot has`)
}

/** Applies what comes, until it is closed. */
async function follow(parts: Parts): Promise<void> {
  const { cluster, commands, closing, clock, log } = parts
  let isLost = false
  while (!closing.signal.aborted) {
    try {
      const from = parts.state.nextOffset()
      const { records } = await pollRecords(cluster, commands, from, WAIT_MS)
      if (isLost) log.info({}, 'the commands of the metadata are read again')
      isLost = false
      for (const record of records) apply(parts, record)
      for (const waiter of parts.behind) {
        if (waiter.offset <= parts.state.nextOffset()) waiter.resolve()
      }
    } catch (error) {
      if (closing.signal.aborted) return
      if (isOutOfRange(error)) await startOver(parts)
      else if (!isLost) log.warn({ err: error }, 'the commands of the metadata cannot be read now')
      isLost = true
      cluster.forget(commands.topic)
      await clock.sleep(PAUSE_MS, closing.signal)
    }
  }
}

/** This node was so slow that others trimmed what it did not read. */
async function startOver(parts: Parts): Promise<void> {
  try {
    parts.state = await restore(parts)
    parts.watches.tellAll()
  } catch (error) {
    parts.log.error({ err: error }, 'the metadata cannot be read from a snapshot; tried again')
  }
  for (const waiter of parts.waiting.values()) {
    waiter.reject(new EngineError('timeout', 'it is not known what became of a commit'))
  }
}

function apply(parts: Parts, { offset, value }: KafkaRecord): void {
  const bytes = value ?? Buffer.alloc(0)
  const asked = decodeCommand(bytes)
  const outcome = parts.state.apply(offset, asked, bytes.length)
  const isOwn = asked.node === parts.node
  if (isOwn) settle(parts, asked.number, outcome)
  else if (outcome === 'done') parts.watches.tell(asked.batch?.puts)
  if (isOwn && !asked.batch && outcome === 'done') void writeSnapshot(parts)
  if (isOwn && asked.batch && parts.state.wantsSnapshot()) void claim(parts)
}

function settle({ waiting }: Parts, number: number, outcome: Outcome): void {
  const waiter = waiting.get(number)
  if (outcome === 'done') waiter?.resolve()
  else if (outcome === 'full') {
    waiter?.reject(new EngineError('full', 'the metadata have reached their greatest size'))
  } else waiter?.reject(new EngineError('conflict', 'a checked key has another version'))
}

/** Of the nodes that want to write a snapshot, the first that says so does. */
async function claim(parts: Parts): Promise<void> {
  try {
    await command(parts, encodeCommand)
  } catch (error) {
    parts.log.debug({ err: error }, 'another node writes the snapshot')
  }
}

async function writeSnapshot(parts: Parts): Promise<void> {
  const { cluster, commands, snapshots, node } = parts
  // Taken at once: commands that follow are not in it.
  const image = parts.state.image()
  try {
    await snapshots.write(`${node} ${image.nextOffset}`, image)
    await deleteRecordsBefore(cluster, commands, image.nextOffset)
  } catch (error) {
    if (parts.closing.signal.aborted) return
    parts.log.warn({ err: error }, 'a snapshot of the metadata was not written')
  }
}

function command(
  parts: Parts,
  encode: (asked: { node: string; number: number }) => Buffer,
): Promise<void> {
  const { producer, commands, waiting, clock, node, closing } = parts
  return new Promise((resolve, reject) => {
    if (closing.signal.aborted) return reject(closed())
    parts.lastNumber++
    const number = parts.lastNumber
    const value = encode({ node, number })
    waiting.set(number, {
      resolve() {
        waiting.delete(number)
        resolve()
      },
      reject(error) {
        waiting.delete(number)
        reject(error)
      },
    })
    producer
      .append(commands, [{ key: null, value, timestampMs: clock.wallMs() }])
      .catch((error: unknown) => waiting.get(number)?.reject(error))
  })
}

async function catchUp(parts: Parts): Promise<void> {
  const { cluster, commands, closing } = parts
  if (closing.signal.aborted) throw closed()
  const offset = await findOffset(cluster, commands, LATEST)
  if (parts.state.nextOffset() >= offset) return
  const patience = new AbortController()
  try {
    await new Promise<void>((resolve, reject) => {
      const waiter = { offset, resolve, reject }
      const settle = (run: () => void) => () => {
        parts.behind.delete(waiter)
        run()
      }
      parts.behind.add(waiter)
      waiter.resolve = settle(resolve)
      waiter.reject = (error) => settle(() => reject(error))()
      void parts.clock.sleep(CATCH_UP_MS_MAX, patience.signal).then(() => {
        waiter.reject(new EngineError('timeout', 'the metadata of this node lag behind'))
      })
    })
  } finally {
    patience.abort()
  }
}

function closed(): EngineError {
  return new EngineError('unavailable', 'the meta store is closed')
}
