import type { GlueOperation } from '../contract.ts'
import type { Crawler } from '../crawler/crawlers.ts'
import { limits } from '../limits.ts'
import { pageByName } from '../page-token.ts'
import { crawlerToWire } from './wire-crawler.ts'

export const getCrawlers: GlueOperation<'GetCrawlers'> = {
  name: 'GetCrawlers',
  async run({ crawlers, clock }, input, context) {
    const { items, NextToken } = await pageByName<Crawler>(
      input,
      limits.pageSize,
      ({ name }) => name,
      (page) => crawlers.page(context, page),
    )
    const nowMs = clock.wallMs()
    return { Crawlers: items.map((one) => crawlerToWire(one, context, nowMs)), NextToken }
  },
}
