import type { Clock } from '../../../base/clock.ts'
import { EngineError, ServiceError } from '../../../base/errors.ts'
import type { Logger } from '../../../base/logger.ts'
import type { Scope } from '../../../base/scope.ts'
import type { Background } from '../../../engines/meta/background.ts'
import type { LogWriter } from '../../logs/log-groups.ts'
import { limits } from '../limits.ts'
import { createSlots } from '../slots.ts'
import { createWorkLauncher } from '../work-launcher.ts'
import type { Classifiers } from './classifiers.ts'
import type { CrawlDeps } from './crawl.ts'
import { CrawlFailure, crawl } from './crawl.ts'
import type { CrawlJournal } from './crawl-report.ts'
import { createCrawlJournal } from './crawl-report.ts'
import { crawlerLogGroup } from './crawler-events.ts'
import type { CrawlEnd, Crawler, Crawlers } from './crawlers.ts'

/** How `LastCrawl` and conditions of triggers call the end of a crawl. */
export const crawlStatuses = {
  COMPLETED: 'SUCCEEDED',
  STOPPED: 'CANCELLED',
  FAILED: 'FAILED',
} as const

export interface CrawlRunner {
  /** Runs the crawl of a crawler that was started. */
  launch(scope: Scope, name: string): void
  /** Takes up the crawls that a restart interrupted: each is done again from its beginning. */
  start(signal: AbortSignal): Promise<void>
}

export function createCrawlRunner(
  deps: CrawlDeps & {
    readonly crawlers: Crawlers
    readonly classifiers: Classifiers
    readonly logs: LogWriter
    readonly background: Background
    readonly clock: Clock
    readonly log: Logger
    /** Told of every crawl that is over; may be told twice. */
    readonly onEnd: (
      scope: Scope,
      crawler: Crawler & { readonly crawlId: string },
      state: 'SUCCEEDED' | 'FAILED' | 'CANCELLED',
      error: string | undefined,
    ) => Promise<void>
  },
): CrawlRunner {
  const { crawlers, classifiers, logs, clock, log } = deps
  const launcher = createWorkLauncher(deps.background)
  const slots = createSlots(limits.crawlsAtOnce)

  async function flush(scope: Scope, name: string, journal: CrawlJournal) {
    const timestampMs = clock.wallMs()
    const events = journal.takeLines().map((message) => ({ timestampMs, message }))
    if (events.length === 0) return
    await logs.append(scope, { group: crawlerLogGroup, stream: name }, events)
  }

  async function attempt(
    scope: Scope,
    crawler: Crawler,
    journal: CrawlJournal,
    signal: AbortSignal,
  ): Promise<CrawlEnd> {
    const shouldStop = async () => {
      await flush(scope, crawler.name, journal)
      return signal.aborted || (await crawlers.find(scope, crawler.name))?.state === 'STOPPING'
    }
    try {
      const prepared = await classifiers.prepare(scope, crawler.classifiers)
      const nowMs = clock.wallMs()
      const request = { scope, crawler, classifiers: prepared, journal, nowMs, shouldStop }
      const whole = await crawl(deps, request)
      if (!whole) journal.say('INFO', 'The crawl was stopped')
      return { state: whole ? 'COMPLETED' : 'STOPPED', report: journal.report() }
    } catch (error) {
      log.warn({ crawler: crawler.name, err: error }, 'crawl failed')
      const message = reasonOf(error)
      journal.say('ERROR', message)
      return { state: 'FAILED', error: message, report: journal.report() }
    }
  }

  async function round(scope: Scope, name: string, signal: AbortSignal): Promise<number | 'done'> {
    const giveBack = await slots.take(signal)
    if (!giveBack) return 0
    try {
      const crawler = await crawlers.find(scope, name)
      if (!crawler?.crawlId) return 'done'
      const { crawlId } = crawler
      const journal = createCrawlJournal(crawlId)
      const end = await attempt(scope, crawler, journal, signal)
      // Not the user's stop: the next owner begins again.
      if (signal.aborted) return 0
      journal.say('BENCHMARK', 'Crawler has finished running and is in state READY')
      await flush(scope, name, journal)
      const error = end.state === 'FAILED' ? end.error : undefined
      await deps.onEnd(scope, { ...crawler, crawlId }, crawlStatuses[end.state], error)
      await crawlers.finish(scope, name, crawlId, end)
      return 'done'
    } finally {
      giveBack()
    }
  }

  function launch(scope: Scope, name: string) {
    launcher.launch({
      name: `glue/crawl/${scope.accountId}/${scope.region}/${name}`,
      round: (signal) => round(scope, name, signal),
    })
  }

  return {
    launch,
    start: (signal) =>
      launcher.start(signal, async () => {
        for await (const { scope, value } of crawlers.everywhere()) {
          if (value.state !== 'READY') launch(scope, value.name)
        }
      }),
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof CrawlFailure || error instanceof ServiceError) return error.message
  if (error instanceof EngineError) return `Internal Service Exception: ${error.message}`
  return 'Internal Service Exception'
}
