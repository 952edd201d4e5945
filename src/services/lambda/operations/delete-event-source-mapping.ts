import type { LambdaOperation } from '../contract.ts'
import { toMapping } from './wire-mapping.ts'

/** The worker removes it when the batch that is under way has come back. */
export const deleteEventSourceMapping: LambdaOperation<'DeleteEventSourceMapping'> = {
  name: 'DeleteEventSourceMapping',
  async run({ mappings }, { UUID }, scope) {
    const mapping = await mappings.change(scope, UUID, (now) => ({ ...now, state: 'Deleting' }))
    return toMapping(scope, mapping)
  },
}
