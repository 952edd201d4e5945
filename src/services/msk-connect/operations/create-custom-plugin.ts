import { unsupported } from '../connect-errors.ts'
import type { ConnectOperation } from '../contract.ts'
import { whatThereIs } from '../plugins.ts'

/** Answers why not, and what there is instead: a plugin is Java code, and no JVM runs here. */
export const createCustomPlugin: ConnectOperation<'CreateCustomPlugin'> = {
  name: 'CreateCustomPlugin',
  async run() {
    throw unsupported(`CreateCustomPlugin (${whatThereIs})`)
  },
}
