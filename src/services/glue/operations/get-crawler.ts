import type { GlueOperation } from '../contract.ts'
import { crawlerToWire } from './wire-crawler.ts'

export const getCrawler: GlueOperation<'GetCrawler'> = {
  name: 'GetCrawler',
  async run({ crawlers, clock }, input, context) {
    const crawler = await crawlers.get(context, input.Name)
    return { Crawler: crawlerToWire(crawler, context, clock.wallMs()) }
  },
}
