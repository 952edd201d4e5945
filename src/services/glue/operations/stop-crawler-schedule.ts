import type { GlueOperation } from '../contract.ts'

export const stopCrawlerSchedule: GlueOperation<'StopCrawlerSchedule'> = {
  name: 'StopCrawlerSchedule',
  async run({ crawlers }, input, context) {
    await crawlers.setSchedule(context, input.CrawlerName, 'NOT_SCHEDULED')
    return {}
  },
}
