import type { GlueOperation } from '../contract.ts'
import type { Crawler } from '../crawler/crawlers.ts'
import { limits } from '../limits.ts'
import { pageByName } from '../page-token.ts'
import { withTags } from './wire-resource.ts'

export const listCrawlers: GlueOperation<'ListCrawlers'> = {
  name: 'ListCrawlers',
  async run({ crawlers, tags }, input, context) {
    const { items, NextToken } = await pageByName<Crawler>(
      input,
      limits.pageSize,
      ({ name }) => name,
      (page) => crawlers.page(context, page),
    )
    const names = items.map(({ name }) => name)
    return { CrawlerNames: await withTags(tags, context, 'crawler', names, input.Tags), NextToken }
  },
}
