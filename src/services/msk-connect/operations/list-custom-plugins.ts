import type { ConnectOperation } from '../contract.ts'
import { pageOfAll } from '../pages.ts'
import { builtInPlugins } from '../plugins.ts'
import { writePlugin } from './wire-plugin.ts'

export const listCustomPlugins: ConnectOperation<'ListCustomPlugins'> = {
  name: 'ListCustomPlugins',
  async run(_deps, { namePrefix = '', ...page }, scope) {
    const all = builtInPlugins.filter(({ name }) => name.startsWith(namePrefix))
    const { items, next } = pageOfAll(page, all, ({ name }) => name)
    return { customPlugins: items.map((one) => writePlugin(scope, one)), ...next }
  },
}
