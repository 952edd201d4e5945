import { createChildAbort } from '../../../base/child-abort.ts'
import { EngineError } from '../../../base/errors.ts'
import { connectLimits } from '../limits.ts'
import type { PartitionWriter } from './partition-writer.ts'
import { openPartitionWriter } from './partition-writer.ts'
import type { SinkDeps, SinkRun, SinkSource } from './sink-run.ts'
import { createSpool } from './spool.ts'

/** How long a task waits for a record before it looks around. */
const IDLE_MS = 5_000
/** Between two looks that found nothing, where something says that it should be looked. */
const PAUSE_MS = 200

interface Reading {
  readonly source: SinkSource
  readonly writer: PartitionWriter
}

/** Reads its partitions, one after the other, until the signal aborts or one of them is gone. */
export async function runSinkTask(
  deps: SinkDeps,
  run: SinkRun,
  { id, sources }: { readonly id: number; readonly sources: ReadonlyArray<SinkSource> },
  signal: AbortSignal,
): Promise<void> {
  const spool = createSpool(deps.scratch, connectLimits.taskMemoryBytes)
  const readings: Reading[] = []
  try {
    for (const source of sources) {
      if (signal.aborted) return
      readings.push({ source, writer: await openPartitionWriter(deps, run, source, { id, spool }) })
    }
    await readAll(deps, readings, signal)
  } catch (error) {
    // The partition went with its topic: whoever runs the tasks will see it.
    if (!(error instanceof EngineError && error.kind === 'not-found')) throw error
  } finally {
    for (const { writer } of readings) await writer.close()
  }
}

async function readAll(
  deps: SinkDeps,
  readings: ReadonlyArray<Reading>,
  signal: AbortSignal,
): Promise<void> {
  let idleRounds = 0
  while (!signal.aborted) {
    let isAnything = false
    for (const { writer } of readings) {
      if (signal.aborted) return
      if (await writer.step(signal)) isAnything = true
    }
    idleRounds = isAnything ? 0 : idleRounds + 1
    if (idleRounds === 0) continue
    // A closed partition does not let anybody wait at its end.
    if (idleRounds > 1) await deps.clock.sleep(PAUSE_MS, signal)
    await waitForAny(deps, readings, signal)
  }
}

async function waitForAny(
  { log, clock }: SinkDeps,
  readings: ReadonlyArray<Reading>,
  signal: AbortSignal,
): Promise<void> {
  const enough = createChildAbort(signal)
  const nowMs = clock.wallMs()
  const dueMs = readings.flatMap(({ writer }) => writer.nextMs() ?? [])
  const restMs = Math.max(0, Math.min(IDLE_MS, ...dueMs.map((ms) => ms - nowMs)))
  const waits = readings.map(({ source, writer }) =>
    log.waitFor(source.partition, writer.position(), enough.signal),
  )
  try {
    await Promise.race([...waits, clock.sleep(restMs, enough.signal)])
  } finally {
    enough.end()
  }
  await Promise.all(waits)
}
