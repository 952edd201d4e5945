import type { LambdaOperation } from '../contract.ts'
import type { Mapping, MappingSettings, MappingState } from '../event-sources/mappings.ts'
import { isQueueMapping, stateReasonOf } from '../event-sources/mappings.ts'
import { conflict } from '../lambda-errors.ts'
import { mergeMapping, refusedMembers, toMapping } from './wire-mapping.ts'
import { checkQueueSource } from './wire-queue-source.ts'

/** The worker takes the new settings up behind the batch that is under way. */
export const updateEventSourceMapping: LambdaOperation<'UpdateEventSourceMapping'> = {
  name: 'UpdateEventSourceMapping',
  refuses: [...refusedMembers],
  async run(deps, input, scope) {
    const current = await deps.mappings.get(scope, input.UUID)
    if (current.state === 'Deleting') {
      throw conflict('Cannot update the event source mapping because it is being deleted.')
    }
    const settings = await mergeMapping(deps, scope, current, input)
    if (isQueueMapping(current)) await checkQueueSource(deps, scope, current.sourceArn, settings)
    const mapping = await deps.mappings.change(scope, input.UUID, (now) => {
      const { onFailure: _, concurrencyMax: __, ...rest } = now
      const state = nextState(now, settings)
      return { ...rest, ...settings, state, stateReason: stateReasonOf(now) }
    })
    return toMapping(scope, mapping)
  },
}

function nextState(now: Mapping, next: MappingSettings): MappingState {
  if (!next.enabled) return now.state === 'Disabled' ? 'Disabled' : 'Disabling'
  return now.enabled ? 'Updating' : 'Enabling'
}
