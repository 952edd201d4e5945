import type { Clock } from '../../base/clock.ts'
import { dateOf } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'
import { nextTime, parseSchedule } from '../../base/schedule.ts'
import type { Scope } from '../../base/scope.ts'
import type { Document } from '../../engines/meta/documents.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import { commitUnlessChanged } from '../../engines/meta/guarded-commit.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import { validation } from './event-errors.ts'
import type { EventQueue } from './event-queue.ts'
import type { Rules } from './rules.ts'
import { ruleArn } from './rules.ts'

/** When a rule that goes by time fires next. */
interface Timetable {
  readonly schedule: string
  /** A rate counts from here. */
  readonly anchorMs: number
  readonly nextMs: number
}

/**
 * The times of rules with a schedule. A firing puts its event into the queue and notes the next time in
 * one commit, so that a crash neither loses nor repeats it. Of the times that passed while no server
 * ran, one is made up for.
 */
export interface RuleSchedules {
  /** Durable when resolved; a schedule that the rule has already keeps its times. */
  set(scope: Scope, name: string, schedule: string): Promise<void>
  /** Of a rule that was removed. */
  forget(scope: Scope, name: string): Promise<void>
  /** Fires what is due; answers how long to rest. */
  round(): Promise<number>
}

/** Only this bus has rules that go by time. */
const BUS = 'default'
const REST_MS = 1_000

/** Throws AWS's refusal of what cannot be. */
export function checkSchedule(schedule: string, busName: string): void {
  if (busName !== BUS) {
    throw validation('ScheduleExpression is supported only on the default event bus.')
  }
  const [, count, plural] = /^rate\((\d+) (?:minute|hour|day)(s?)\)$/.exec(schedule) ?? []
  const isOdd = schedule.startsWith('rate') && (count === '1') !== (plural === '')
  const isRead = parseSchedule(schedule) && !isOdd
  if (!isRead) throw validation('Parameter ScheduleExpression is not valid.')
}

export function createRuleSchedules(deps: {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly random: Random
  readonly rules: Rules
  readonly queue: EventQueue
}): RuleSchedules {
  const { meta, clock, random, rules, queue } = deps
  const documents = createDocuments<Timetable>(meta, 'events/timetable')

  function eventOf(scope: Scope, name: string, atMs: number) {
    const event = {
      ...({ version: '0', id: random.uuid(), 'detail-type': 'Scheduled Event' } as const),
      ...{ source: 'aws.events', account: scope.accountId, region: scope.region },
      time: dateOf(atMs)
        .toISOString()
        .replace(/\.\d+Z$/, 'Z'),
      ...{ resources: [ruleArn(scope, { busName: BUS, name })], detail: {} },
    }
    return { scope, busName: BUS, event, ruleName: name }
  }

  async function fire({ scope, id, value }: Document<Timetable>): Promise<void> {
    const name = String(id[0])
    const key = documents.keyOf(scope, [name])
    // Read in this order, the check fails when what is read second is newer.
    const entry = await meta.get(key)
    const current = await documents.get(scope, name)
    if (!entry || current?.nextMs !== value.nextMs) return
    const checks = [{ key, version: entry.version }]
    const rule = await rules.find(scope, BUS, name)
    const isOurs = rule?.schedule === current.schedule
    // Another schedule is what an interrupted PutRule has left; without one, nothing is due any more.
    const later = isOurs ? after(current) : rule?.schedule && begin(rule.schedule)
    const isDue = isOurs && rule?.enabled
    const events = isDue ? queue.puts([eventOf(scope, name, current.nextMs)]) : []
    const done = later
      ? { puts: [...documents.putBatch(scope, [name], later).puts, ...events] }
      : { removals: [key], puts: events }
    if ((await commitUnlessChanged(meta, { checks, ...done })) && isDue) queue.wake()
  }

  /** AWS: a rate begins to count when the rule is made. */
  const begin = (schedule: string) => after({ schedule, anchorMs: clock.wallMs() })

  function after(times: Pick<Timetable, 'schedule' | 'anchorMs'>): Timetable | undefined {
    const { schedule, anchorMs } = times
    const nextMs = timeAfter(times, clock.wallMs())
    return nextMs === undefined ? undefined : { schedule, anchorMs, nextMs }
  }

  return {
    async set(scope, name, schedule) {
      const there = await documents.get(scope, name)
      if (there?.schedule === schedule) return
      const first = begin(schedule)
      if (first) await documents.put(scope, [name], first)
      else await documents.remove(scope, name)
    },
    async forget(scope, name) {
      await documents.remove(scope, name)
    },
    async round() {
      const nowMs = clock.wallMs()
      let soonestMs = Number.POSITIVE_INFINITY
      for await (const one of documents.everywhere()) {
        if (one.value.nextMs <= nowMs) await fire(one)
        else soonestMs = Math.min(soonestMs, one.value.nextMs)
      }
      return Math.min(Math.max(soonestMs - nowMs, 1), REST_MS)
    },
  }
}

function timeAfter(
  { schedule, anchorMs }: Pick<Timetable, 'schedule' | 'anchorMs'>,
  afterMs: number,
): number | undefined {
  const parsed = parseSchedule(schedule)
  if (!parsed) return undefined
  if (parsed.kind === 'cron') return nextTime(parsed, afterMs)
  return anchorMs + (Math.floor((afterMs - anchorMs) / parsed.everyMs) + 1) * parsed.everyMs
}
