import { badRequest } from '../connect-errors.ts'
import type { ConnectOperation } from '../contract.ts'
import { withTags } from '../tags.ts'
import { readWorkerProperties } from '../worker-properties.ts'
import { writeWorkerConfiguration } from './wire-worker.ts'

const NAME = /^[A-Za-z0-9][A-Za-z0-9-]*$/

export const createWorkerConfiguration: ConnectOperation<'CreateWorkerConfiguration'> = {
  name: 'CreateWorkerConfiguration',
  async run({ workers }, input, scope) {
    const { name = '', description, propertiesFileContent: content = '', tags = {} } = input
    if (!NAME.test(name)) {
      throw badRequest('A name has letters, digits and hyphens, and no hyphen first.')
    }
    readWorkerProperties(content)
    const made = await workers.create(scope, {
      ...{ name, content, tags: withTags({}, tags) },
      ...(description !== undefined && { description }),
    })
    const { description: _notShown, ...shown } = writeWorkerConfiguration(scope, made)
    return shown
  },
}
