import type { MskOperation } from '../contract.ts'
import { pageOfAll } from '../pages.ts'
import { writeConfiguration } from './wire-configuration.ts'

export const listConfigurations: MskOperation<'ListConfigurations'> = {
  name: 'ListConfigurations',
  async run({ configurations }, page, scope) {
    const all = await configurations.list(scope)
    const { items, next } = pageOfAll(page, all, ({ name }) => name)
    return { Configurations: items.map((one) => writeConfiguration(scope, one)), ...next }
  },
}
