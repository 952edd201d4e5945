import type { GlueOperation } from '../contract.ts'
import { crawlerToWire } from './wire-crawler.ts'

export const batchGetCrawlers: GlueOperation<'BatchGetCrawlers'> = {
  name: 'BatchGetCrawlers',
  async run({ crawlers, clock }, input, context) {
    const found = await Promise.all(input.CrawlerNames.map((name) => crawlers.find(context, name)))
    const nowMs = clock.wallMs()
    return {
      Crawlers: found.flatMap((one) => (one ? [crawlerToWire(one, context, nowMs)] : [])),
      CrawlersNotFound: input.CrawlerNames.filter((_, at) => !found[at]),
    }
  },
}
