import type { GlueOperation } from '../contract.ts'

export const startCrawlerSchedule: GlueOperation<'StartCrawlerSchedule'> = {
  name: 'StartCrawlerSchedule',
  async run({ crawlers }, input, context) {
    await crawlers.setSchedule(context, input.CrawlerName, 'SCHEDULED')
    return {}
  },
}
