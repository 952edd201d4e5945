import type { GlueOperation } from '../contract.ts'
import { checkSchedule } from './wire-crawler.ts'

export const updateCrawlerSchedule: GlueOperation<'UpdateCrawlerSchedule'> = {
  name: 'UpdateCrawlerSchedule',
  async run({ crawlers }, input, context) {
    if (input.Schedule) checkSchedule(input.Schedule)
    await crawlers.update(context, input.CrawlerName, { schedule: input.Schedule ?? '' })
    return {}
  },
}
