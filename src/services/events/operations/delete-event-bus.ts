import type { EventsOperation } from '../contract.ts'
import { validation } from '../event-errors.ts'

export const deleteEventBus: EventsOperation<'DeleteEventBus'> = {
  name: 'DeleteEventBus',
  async run({ buses, rules }, { Name }, scope) {
    if (Name === 'default') throw validation('Cannot delete event bus default.')
    if ((await rules.list(scope, Name)).length > 0) {
      throw validation(`Event bus ${Name} can't be deleted since it has rules.`)
    }
    await buses.remove(scope, Name)
    return {}
  },
}
