import { createChildAbort } from '../../../base/child-abort.ts'
import type { Connectors } from '../connectors.ts'
import type { SinkDeps, SinkRun } from './sink-run.ts'
import { findSources, shareAmongTasks, textOfSources } from './sink-sources.ts'
import { runSinkTask } from './sink-task.ts'

/** How often topics and the connector are looked at without being woken (another node may change them). */
const LOOK_MS = 2_000

/**
 * Runs the tasks of a connector until it is changed, its topics are others, or the signal aborts.
 * The first task that fails ends all of them.
 */
export async function runSink(
  deps: SinkDeps & { readonly connectors: Connectors },
  run: SinkRun,
  signal: AbortSignal,
): Promise<void> {
  const { kafka } = deps
  const { scope, settings } = run
  const sources = await findSources(kafka.topics, scope, settings.topics)
  const end = createChildAbort(signal)
  const watching = watch(deps, run, textOfSources(sources), end)
  const tasks = shareAmongTasks(sources, settings.tasksMax).map(async (task) => {
    try {
      await runSinkTask(deps, run, task, end.signal)
    } finally {
      end.end()
    }
  })
  const results = await Promise.allSettled([watching, ...tasks])
  end.end()
  const failed = results.find((one) => one.status === 'rejected')
  if (failed) throw failed.reason
}

async function watch(
  { kafka, connectors, clock }: SinkDeps & { readonly connectors: Connectors },
  { scope, connector, settings }: SinkRun,
  sources: string,
  end: { readonly signal: AbortSignal; end(): void },
): Promise<void> {
  try {
    while (!end.signal.aborted) {
      const look = createChildAbort(end.signal)
      const changed = connectors.waitForChange(look.signal)
      const now = await connectors.find(scope, connector)
      if (now?.version !== connector.version || now.state !== connector.state) return
      const found = await findSources(kafka.topics, scope, settings.topics)
      if (textOfSources(found) !== sources) return
      await Promise.race([changed, clock.sleep(LOOK_MS, look.signal)])
      look.end()
    }
  } finally {
    end.end()
  }
}
