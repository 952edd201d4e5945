import { dateOf } from '../../../base/clock.ts'
import type { Scope } from '../../../base/scope.ts'
import type { ServiceEvent } from '../../../base/service-events.ts'
import type { DocumentChange } from '../../../engines/meta/documents.ts'
import type { CrawlReport } from './crawl-report.ts'
import type { Crawl, Crawler } from './crawlers.ts'

/** Log group of all crawls; its streams are named after the crawlers. */
export const crawlerLogGroup = '/aws-glue/crawlers'

/** `Glue Crawler State Change`: a crawl began, or came to its end. */
export function crawlerEventOf(
  scope: Scope,
  { before, after }: DocumentChange<Crawler>,
): ServiceEvent | undefined {
  if (!before || !after || (before.state === 'READY') === (after.state === 'READY')) {
    return undefined
  }
  const detail =
    after.state === 'READY'
      ? after.lastCrawl && endOf(scope, after.name, after.lastCrawl)
      : { startTime: timeOf(after.startedMs ?? 0), state: 'Started', message: 'Crawler Started' }
  return (
    detail && {
      source: 'aws.glue',
      detailType: 'Glue Crawler State Change',
      detail: { accountId: scope.accountId, crawlerName: after.name, ...detail },
    }
  )
}

/** AWS: a crawl that was stopped is told of by no event. */
function endOf(scope: Scope, name: string, crawl: Crawl): object | undefined {
  if (crawl.state === 'FAILED') {
    return {
      state: 'Failed',
      message: 'Crawler Failed',
      errorMessage: crawl.error ?? '',
      cloudWatchLogLink: logLinkOf(scope, name),
    }
  }
  if (crawl.state !== 'COMPLETED') return undefined
  const endedMs = crawl.endedMs ?? crawl.startedMs
  return {
    state: 'Succeeded',
    message: 'Crawler Succeeded',
    completionDate: timeOf(endedMs),
    'runningTime (sec)': String(Math.round((endedMs - crawl.startedMs) / 1000)),
    ...countsOf(crawl.report),
    warningMessage: 'N/A',
    cloudWatchLogLink: logLinkOf(scope, name),
  }
}

/** AWS: the counts are texts. */
function countsOf(report: CrawlReport | undefined) {
  const { tables, partitions } = report ?? {}
  return {
    tablesCreated: String(tables?.created ?? 0),
    tablesUpdated: String(tables?.updated ?? 0),
    tablesDeleted: String(tables?.deleted ?? 0),
    partitionsCreated: String(partitions?.created ?? 0),
    partitionsUpdated: String(partitions?.updated ?? 0),
    partitionsDeleted: String(partitions?.deleted ?? 0),
  }
}

/** In the form of AWS's console, for those who take group and stream out of it. */
function logLinkOf({ region }: Scope, crawler: string): string {
  const place = `group=${crawlerLogGroup};stream=${crawler}`
  return `https://console.aws.amazon.com/cloudwatch/home?region=${region}#logEventViewer:${place}`
}

function timeOf(wallMs: number): string {
  return dateOf(wallMs)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
}
