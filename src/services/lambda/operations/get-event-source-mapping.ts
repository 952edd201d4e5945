import type { LambdaOperation } from '../contract.ts'
import { toMapping } from './wire-mapping.ts'

export const getEventSourceMapping: LambdaOperation<'GetEventSourceMapping'> = {
  name: 'GetEventSourceMapping',
  async run({ mappings }, { UUID }, scope) {
    return toMapping(scope, await mappings.get(scope, UUID))
  },
}
