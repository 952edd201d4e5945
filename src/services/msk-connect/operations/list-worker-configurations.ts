import type { ConnectOperation } from '../contract.ts'
import { pageOfAll } from '../pages.ts'
import { writeWorkerConfiguration } from './wire-worker.ts'

export const listWorkerConfigurations: ConnectOperation<'ListWorkerConfigurations'> = {
  name: 'ListWorkerConfigurations',
  async run({ workers }, { namePrefix = '', ...page }, scope) {
    const all = await workers.list(scope, namePrefix)
    const { items, next } = pageOfAll(page, all, ({ name }) => name)
    return {
      workerConfigurations: items.map((one) => writeWorkerConfiguration(scope, one)),
      ...next,
    }
  },
}
