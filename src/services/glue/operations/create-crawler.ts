import { invalidInput } from '../catalog-errors.ts'
import type { GlueOperation } from '../contract.ts'
import type { CrawlerDefinition } from '../crawler/crawlers.ts'
import { checkCatalog } from './wire-catalog.ts'
import { checkPolicy, crawlerFromWire } from './wire-crawler.ts'

/** What AWS assumes for members that are not given. */
const defaults = {
  targets: [],
  database: '',
  classifiers: [],
  tablePrefix: '',
  update: 'UPDATE_IN_DATABASE',
  remove: 'DEPRECATE_IN_DATABASE',
  recrawl: 'CRAWL_EVERYTHING',
} as const

export const createCrawler: GlueOperation<'CreateCrawler'> = {
  name: 'CreateCrawler',
  async run({ crawlers, classifiers, tags }, input, context) {
    checkCatalog(input.CatalogId, context)
    const definition: CrawlerDefinition = {
      ...defaults,
      ...crawlerFromWire(input),
      name: input.Name,
      role: input.Role,
    }
    if (!definition.database) throw invalidInput('DatabaseName cannot be null or empty')
    checkPolicy(definition)
    await classifiers.prepare(context, definition.classifiers)
    await crawlers.create(context, definition)
    if (input.Tags) await tags.add(context, `crawler/${input.Name}`, input.Tags)
    return {}
  },
}
