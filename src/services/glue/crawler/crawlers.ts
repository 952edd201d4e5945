import type { Clock } from '../../../base/clock.ts'
import { ServiceError } from '../../../base/errors.ts'
import type { Random } from '../../../base/random.ts'
import { nextTime, parseSchedule } from '../../../base/schedule.ts'
import type { Scope } from '../../../base/scope.ts'
import type { ServiceEvents } from '../../../base/service-events.ts'
import type { Document, Documents } from '../../../engines/meta/documents.ts'
import { createDocuments } from '../../../engines/meta/documents.ts'
import { createEventCompany } from '../../../engines/meta/event-company.ts'
import type { MetaStore } from '../../../engines/meta/port.ts'
import { alreadyExists, entityNotFound, invalidInput } from '../catalog-errors.ts'
import type { WorkflowStep } from '../jobs/job-run.ts'
import { limits } from '../limits.ts'
import type { CrawlReport } from './crawl-report.ts'
import { crawlerEventOf } from './crawler-events.ts'

export interface CrawlerDefinition {
  readonly name: string
  readonly role: string
  readonly targets: ReadonlyArray<CrawlerTarget>
  readonly database: string
  readonly description?: string
  readonly classifiers: ReadonlyArray<string>
  readonly tablePrefix: string
  /** AWS schedule expression; absent for a crawler that is only started by hand. */
  readonly schedule?: string
  readonly update: 'LOG' | 'UPDATE_IN_DATABASE'
  readonly remove: 'LOG' | 'DELETE_FROM_DATABASE' | 'DEPRECATE_IN_DATABASE'
  readonly recrawl: 'CRAWL_EVERYTHING' | 'CRAWL_NEW_FOLDERS_ONLY'
  readonly configuration?: string
}

export interface CrawlerTarget {
  /** `s3://bucket/prefix`. */
  readonly path: string
  readonly exclusions: ReadonlyArray<string>
  readonly sampleSize?: number
}

export interface Crawler extends CrawlerDefinition {
  readonly version: number
  readonly createdMs: number
  readonly updatedMs: number
  readonly state: 'READY' | 'RUNNING' | 'STOPPING'
  /** Of the crawl that runs. */
  readonly crawlId?: string
  readonly startedMs?: number
  /** What of a workflow the crawl is. */
  readonly step?: WorkflowStep
  readonly lastCrawl?: Crawl
  readonly scheduleState: 'SCHEDULED' | 'NOT_SCHEDULED'
  /** When the schedule starts it next. */
  readonly nextMs?: number
}

/** One crawl, running or over. */
export interface Crawl {
  readonly crawlId: string
  readonly state: 'RUNNING' | 'COMPLETED' | 'FAILED' | 'STOPPED'
  readonly startedMs: number
  readonly endedMs?: number
  readonly error?: string
  readonly report?: CrawlReport
}

export type CrawlEnd =
  | { readonly state: 'COMPLETED' | 'STOPPED'; readonly report: CrawlReport }
  | { readonly state: 'FAILED'; readonly error: string; readonly report: CrawlReport }

/** The crawlers of all accounts and what became of their crawls. */
export interface Crawlers {
  /** Rejects with `EntityNotFoundException`. */
  get(scope: Scope, name: string): Promise<Crawler>
  find(scope: Scope, name: string): Promise<Crawler | undefined>
  page(
    scope: Scope,
    page: { readonly after?: string; readonly limit: number },
  ): Promise<ReadonlyArray<Crawler>>
  create(scope: Scope, definition: CrawlerDefinition): Promise<void>
  /** Refused with `CrawlerRunningException` while it runs. */
  update(scope: Scope, name: string, change: Partial<CrawlerDefinition>): Promise<void>
  setSchedule(scope: Scope, name: string, state: Crawler['scheduleState']): Promise<void>
  remove(scope: Scope, name: string): Promise<void>
  /**
   * Durable: the crawl will run, through a restart too. One that is a step of a workflow has the
   * step's id, and starting it again does nothing.
   */
  start(scope: Scope, name: string, step?: WorkflowStep): Promise<void>
  stop(scope: Scope, name: string): Promise<void>
  /** Writes the end of the crawl and makes the crawler ready again. */
  finish(scope: Scope, name: string, crawlId: string, end: CrawlEnd): Promise<void>
  /** Moves the schedule on from a time that has come; false when another node has. */
  fired(scope: Scope, name: string, dueMs: number): Promise<boolean>
  /** Newest first, the running one leads. */
  crawls(scope: Scope, name: string): Promise<ReadonlyArray<Crawl>>
  everywhere(): AsyncIterable<Document<Crawler>>
}

interface CrawlersDeps {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly random: Random
  readonly events: ServiceEvents
  /** Called when a crawler is to run. */
  readonly onStart: (scope: Scope, name: string) => void
}

type CrawlerDocuments = Documents<Crawler>

export function createCrawlers(deps: CrawlersDeps): Crawlers {
  const company = createEventCompany(deps.events, crawlerEventOf)
  const crawlers = createDocuments<Crawler>(deps.meta, 'glue/crawler', company)
  const history = createDocuments<Crawl>(deps.meta, 'glue/crawl')
  return {
    ...definitionsOf(crawlers, history, deps.clock),
    ...runsOf(crawlers, deps),
    ...endsOf(crawlers, history, deps.clock),
  }
}

async function getCrawler(crawlers: CrawlerDocuments, scope: Scope, name: string) {
  const found = await crawlers.get(scope, name)
  if (!found) throw crawlerNotFound(name)
  return found
}

async function changeCrawler(
  crawlers: CrawlerDocuments,
  scope: Scope,
  name: string,
  edit: (current: Crawler) => Crawler,
) {
  if (!(await crawlers.update(scope, [name], edit))) throw crawlerNotFound(name)
}

type DefinitionMembers =
  | 'get'
  | 'find'
  | 'page'
  | 'create'
  | 'update'
  | 'setSchedule'
  | 'remove'
  | 'everywhere'

function definitionsOf(
  crawlers: CrawlerDocuments,
  history: Documents<Crawl>,
  clock: Clock,
): Pick<Crawlers, DefinitionMembers> {
  return {
    get: (scope, name) => getCrawler(crawlers, scope, name),
    find: (scope, name) => crawlers.get(scope, name),
    everywhere: () => crawlers.everywhere(),
    async page(scope, { after, limit }) {
      const found = await crawlers.list(scope, { limit, ...(after && { after: [after] }) })
      return found.map(({ value }) => value)
    },
    async create(scope, definition) {
      const all = await crawlers.list(scope, { limit: limits.crawlersMax })
      if (all.length >= limits.crawlersMax) throw tooManyCrawlers()
      const nowMs = clock.wallMs()
      const times = { version: 1, createdMs: nowMs, updatedMs: nowMs, state: 'READY' } as const
      const scheduleState = definition.schedule ? 'SCHEDULED' : 'NOT_SCHEDULED'
      const crawler = scheduled({ ...definition, ...times, scheduleState }, nowMs)
      if (!(await crawlers.create(scope, [definition.name], crawler))) {
        throw alreadyExists(`Crawler ${definition.name} already exists.`)
      }
    },
    async update(scope, name, edits) {
      await changeCrawler(crawlers, scope, name, (current) => {
        refuseRunning(current)
        const nowMs = clock.wallMs()
        const merged = { ...current, ...edits, version: current.version + 1, updatedMs: nowMs }
        if (edits.schedule === undefined) return merged
        const scheduleState = edits.schedule === '' ? 'NOT_SCHEDULED' : 'SCHEDULED'
        return scheduled({ ...merged, scheduleState }, nowMs)
      })
    },
    async setSchedule(scope, name, scheduleState) {
      await changeCrawler(crawlers, scope, name, (current) => {
        if (!current.schedule) {
          throw new ServiceError('NoScheduleException', `Crawler ${name} has no schedule`)
        }
        if (current.scheduleState === scheduleState) throw scheduleStateError(current)
        return scheduled({ ...current, scheduleState }, clock.wallMs())
      })
    },
    async remove(scope, name) {
      refuseRunning(await getCrawler(crawlers, scope, name))
      await history.removeUnder(scope, name)
      await crawlers.remove(scope, name)
    },
  }
}

function runsOf(
  crawlers: CrawlerDocuments,
  { clock, random, onStart }: CrawlersDeps,
): Pick<Crawlers, 'start' | 'stop' | 'fired'> {
  return {
    async start({ accountId, region }, name, step) {
      const scope = { accountId, region }
      await changeCrawler(crawlers, scope, name, (current) => {
        if (step && hasCrawl(current, step.actionId)) return current
        refuseRunning(current)
        const crawlId = step?.actionId ?? random.uuid()
        const startedMs = clock.wallMs()
        return { ...current, state: 'RUNNING', crawlId, startedMs, ...(step && { step }) }
      })
      onStart(scope, name)
    },
    async stop(scope, name) {
      await changeCrawler(crawlers, scope, name, (current) => {
        if (current.state === 'RUNNING') return { ...current, state: 'STOPPING' }
        const stopping = current.state === 'STOPPING'
        throw new ServiceError(
          stopping ? 'CrawlerStoppingException' : 'CrawlerNotRunningException',
          `Crawler with name ${name} ${stopping ? 'is stopping' : "isn't running"}`,
        )
      })
    },
    async fired(scope, name, dueMs) {
      let ours = false
      await crawlers.update(scope, [name], (current) => {
        ours = current.nextMs === dueMs
        return ours ? scheduled(current, clock.wallMs()) : current
      })
      return ours
    },
  }
}

function endsOf(
  crawlers: CrawlerDocuments,
  history: Documents<Crawl>,
  clock: Clock,
): Pick<Crawlers, 'finish' | 'crawls'> {
  const past = (scope: Scope, name: string) =>
    history.list(scope, { under: [name], limit: 2 * limits.crawlsKeptMax, reverse: true })
  return {
    async finish(scope, name, crawlId, end) {
      const current = await crawlers.get(scope, name)
      if (current?.crawlId !== crawlId) return
      const crawl = { crawlId, startedMs: current.startedMs ?? 0, endedMs: clock.wallMs(), ...end }
      await history.put(scope, [name, crawl.startedMs, crawlId], crawl)
      const old = (await past(scope, name)).slice(limits.crawlsKeptMax)
      for (const { id } of old) await history.remove(scope, ...id)
      await crawlers.update(scope, [name], (latest) => {
        const { crawlId: _id, startedMs: _started, step: _step, ...rest } = latest
        return { ...rest, state: 'READY', lastCrawl: crawl }
      })
    },
    async crawls(scope, name) {
      const { crawlId, startedMs } = await getCrawler(crawlers, scope, name)
      const over = (await past(scope, name)).map(({ value }) => value)
      if (!crawlId || startedMs === undefined) return over
      return [{ crawlId, state: 'RUNNING', startedMs }, ...over]
    },
  }
}

/** Whether the crawl runs, or was the last one. */
export const hasCrawl = ({ crawlId, lastCrawl }: Crawler, id: string) =>
  crawlId === id || lastCrawl?.crawlId === id

/** With the time of its next start, or without one. */
function scheduled(crawler: Crawler, nowMs: number): Crawler {
  const { nextMs: _next, ...rest } = crawler
  if (crawler.scheduleState !== 'SCHEDULED' || !crawler.schedule) return rest
  const schedule = parseSchedule(crawler.schedule)
  if (!schedule) throw invalidInput(`Invalid schedule expression: ${crawler.schedule}`)
  const nextMs = nextTime(schedule, nowMs)
  return nextMs === undefined ? rest : { ...rest, nextMs }
}

const crawlerNotFound = (name: string) => entityNotFound(`Crawler ${name} not found.`)

const tooManyCrawlers = () =>
  new ServiceError(
    'ResourceNumberLimitExceededException',
    'More crawlers cannot be created. The maximum limit has been reached.',
  )

function refuseRunning({ name, state }: Crawler): void {
  if (state === 'READY') return
  throw new ServiceError('CrawlerRunningException', `Crawler with name ${name} has already started`)
}

function scheduleStateError({ name, scheduleState }: Crawler): ServiceError {
  return scheduleState === 'SCHEDULED'
    ? new ServiceError('SchedulerRunningException', `The schedule of crawler ${name} is running`)
    : new ServiceError(
        'SchedulerNotRunningException',
        `The schedule of crawler ${name} isn't running`,
      )
}
