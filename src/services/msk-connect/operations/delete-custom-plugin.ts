import { parseArnOf } from '../connect-arns.ts'
import { badRequest } from '../connect-errors.ts'
import type { ConnectOperation } from '../contract.ts'
import { pluginOf } from '../plugins.ts'

export const deleteCustomPlugin: ConnectOperation<'DeleteCustomPlugin'> = {
  name: 'DeleteCustomPlugin',
  async run(_deps, { customPluginArn = '' }, scope) {
    const { name } = pluginOf(parseArnOf(scope, 'custom-plugin', customPluginArn))
    throw badRequest(`${name} is part of the server and cannot be deleted; nothing was done.`)
  },
}
