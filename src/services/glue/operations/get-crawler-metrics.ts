import type { CrawlerMetrics } from '@aws-sdk/client-glue'
import type { GlueOperation } from '../contract.ts'
import type { Crawl, Crawler } from '../crawler/crawlers.ts'
import { limits } from '../limits.ts'
import { pageByName } from '../page-token.ts'

function metricsOf(name: string, crawls: ReadonlyArray<Crawl>, nowMs: number): CrawlerMetrics {
  const over = crawls.filter(({ endedMs }) => endedMs !== undefined)
  const seconds = over.map(({ startedMs, endedMs = startedMs }) => (endedMs - startedMs) / 1000)
  const median = [...seconds].sort((a, b) => a - b)[Math.floor(seconds.length / 2)] ?? 0
  const running = crawls.find(({ state }) => state === 'RUNNING')
  const elapsed = running ? (nowMs - running.startedMs) / 1000 : 0
  const tables = over[0]?.report?.tables
  return {
    CrawlerName: name,
    TimeLeftSeconds: running ? Math.max(median - elapsed, 0) : 0,
    StillEstimating: running !== undefined && over.length === 0,
    LastRuntimeSeconds: seconds[0] ?? 0,
    MedianRuntimeSeconds: median,
    TablesCreated: tables?.created ?? 0,
    TablesUpdated: tables?.updated ?? 0,
    TablesDeleted: tables?.deleted ?? 0,
  }
}

export const getCrawlerMetrics: GlueOperation<'GetCrawlerMetrics'> = {
  name: 'GetCrawlerMetrics',
  async run({ crawlers, clock }, input, context) {
    const wanted = input.CrawlerNameList
    const { items, NextToken } = await pageByName<Crawler>(
      input,
      limits.pageSize,
      ({ name }) => name,
      (page) => crawlers.page(context, page),
    )
    const named = items.filter(({ name }) => !wanted?.length || wanted.includes(name))
    const nowMs = clock.wallMs()
    return {
      CrawlerMetricsList: await Promise.all(
        named.map(async (crawler) => {
          const crawls = await crawlers.crawls(context, crawler.name)
          return metricsOf(crawler.name, crawls, nowMs)
        }),
      ),
      NextToken,
    }
  },
}
