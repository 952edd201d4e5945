import type { GlueOperation } from '../contract.ts'

export const startCrawler: GlueOperation<'StartCrawler'> = {
  name: 'StartCrawler',
  async run({ crawlers }, input, context) {
    await crawlers.start(context, input.Name)
    return {}
  },
}
