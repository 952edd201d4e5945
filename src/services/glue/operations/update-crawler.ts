import type { GlueOperation } from '../contract.ts'
import { checkCatalog } from './wire-catalog.ts'
import { checkPolicy, crawlerFromWire } from './wire-crawler.ts'

export const updateCrawler: GlueOperation<'UpdateCrawler'> = {
  name: 'UpdateCrawler',
  async run({ crawlers, classifiers }, input, context) {
    checkCatalog(input.CatalogId, context)
    const change = crawlerFromWire(input)
    const current = await crawlers.get(context, input.Name)
    checkPolicy({ ...current, ...change })
    await classifiers.prepare(context, change.classifiers ?? [])
    await crawlers.update(context, input.Name, change)
    return {}
  },
}
