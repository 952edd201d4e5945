import type { MskOperation } from '../contract.ts'
import { parseConfigurationArn } from '../msk-arns.ts'
import { pageOfAll } from '../pages.ts'
import { writeRevision } from './wire-configuration.ts'

export const listConfigurationRevisions: MskOperation<'ListConfigurationRevisions'> = {
  name: 'ListConfigurationRevisions',
  async run({ configurations }, { Arn, ...page }, scope) {
    const all = await configurations.revisions(scope, parseConfigurationArn(scope, Arn))
    const { items, next } = pageOfAll(page, all, ({ revision }) => String(revision))
    return { Revisions: items.map(writeRevision), ...next }
  },
}
