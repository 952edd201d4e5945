import type { EventsOperation } from '../contract.ts'

export const deleteApiDestination: EventsOperation<'DeleteApiDestination'> = {
  name: 'DeleteApiDestination',
  async run({ apiDestinations }, { Name }, scope) {
    await apiDestinations.remove(scope, Name)
    return {}
  },
}
