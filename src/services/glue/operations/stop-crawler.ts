import type { GlueOperation } from '../contract.ts'

export const stopCrawler: GlueOperation<'StopCrawler'> = {
  name: 'StopCrawler',
  async run({ crawlers }, input, context) {
    await crawlers.stop(context, input.Name)
    return {}
  },
}
