import type { CrawlerHistory, CrawlsFilter } from '@aws-sdk/client-glue'
import { dateOf } from '../../../base/clock.ts'
import { invalidInput, unsupported } from '../catalog-errors.ts'
import type { GlueOperation } from '../contract.ts'
import { crawlerLogGroup } from '../crawler/crawler-events.ts'
import type { Crawl } from '../crawler/crawlers.ts'
import { limits } from '../limits.ts'
import { pageByName } from '../page-token.ts'

function filterOf({ FieldName, FilterOperator, FieldValue = '' }: CrawlsFilter) {
  if (FieldName === 'CRAWL_ID' || FieldName === 'STATE') {
    if (FilterOperator !== 'EQ' && FilterOperator !== 'NE') {
      throw invalidInput(`Only EQ or NE operator is allowed for field : ${FieldName}`)
    }
    return (crawl: Crawl) => {
      const value = FieldName === 'STATE' ? crawl.state : crawl.crawlId
      return (value === FieldValue) === (FilterOperator === 'EQ')
    }
  }
  const expected = Number(FieldValue)
  if (FieldName === 'DPU_HOUR' || !FieldName) throw unsupported('The filter DPU_HOUR')
  if (Number.isNaN(expected)) throw invalidInput(`${FieldValue} is not a time in milliseconds`)
  return (crawl: Crawl) => {
    const timeMs = FieldName === 'START_TIME' ? crawl.startedMs : crawl.endedMs
    return timeMs !== undefined && compared(timeMs - expected, FilterOperator ?? 'EQ')
  }
}

function compared(difference: number, operator: string): boolean {
  if (operator === 'GT') return difference > 0
  if (operator === 'GE') return difference >= 0
  if (operator === 'LT') return difference < 0
  if (operator === 'LE') return difference <= 0
  return (difference === 0) === (operator === 'EQ')
}

function crawlToWire(crawl: Crawl, crawler: string): CrawlerHistory {
  const { tables, partitions } = crawl.report ?? {}
  return {
    CrawlId: crawl.crawlId,
    State: crawl.state,
    StartTime: dateOf(crawl.startedMs),
    EndTime: crawl.endedMs === undefined ? undefined : dateOf(crawl.endedMs),
    Summary: crawl.report && JSON.stringify({ TABLE: tables, PARTITION: partitions }),
    ErrorMessage: crawl.error,
    LogGroup: crawlerLogGroup,
    LogStream: crawler,
    MessagePrefix: crawl.crawlId,
  }
}

export const listCrawls: GlueOperation<'ListCrawls'> = {
  name: 'ListCrawls',
  async run({ crawlers }, input, context) {
    const filters = (input.Filters ?? []).map(filterOf)
    const all = await crawlers.crawls(context, input.CrawlerName)
    const kept = all.filter((crawl) => filters.every((matches) => matches(crawl)))
    const { items, NextToken } = await pageByName<Crawl>(
      input,
      limits.crawlsPageSize,
      ({ crawlId }) => crawlId,
      async ({ after, limit }) => {
        const start =
          after === undefined ? 0 : kept.findIndex(({ crawlId }) => crawlId === after) + 1
        return kept.slice(start, start + limit)
      },
    )
    return { Crawls: items.map((crawl) => crawlToWire(crawl, input.CrawlerName)), NextToken }
  },
}
