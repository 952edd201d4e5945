import { parseArnOf } from '../connect-arns.ts'
import type { ConnectOperation } from '../contract.ts'
import { pluginOf } from '../plugins.ts'
import { writePlugin } from './wire-plugin.ts'

export const describeCustomPlugin: ConnectOperation<'DescribeCustomPlugin'> = {
  name: 'DescribeCustomPlugin',
  async run(_deps, { customPluginArn = '' }, scope) {
    return writePlugin(scope, pluginOf(parseArnOf(scope, 'custom-plugin', customPluginArn)))
  },
}
