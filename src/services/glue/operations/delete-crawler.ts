import type { GlueOperation } from '../contract.ts'

export const deleteCrawler: GlueOperation<'DeleteCrawler'> = {
  name: 'DeleteCrawler',
  async run({ crawlers, tags }, input, context) {
    await crawlers.remove(context, input.Name)
    await tags.forget(context, `crawler/${input.Name}`)
    return {}
  },
}
