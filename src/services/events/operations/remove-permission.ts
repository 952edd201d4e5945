import { withoutStatement } from '../bus-policy.ts'
import type { EventsOperation } from '../contract.ts'
import { validation } from '../event-errors.ts'

export const removePermission: EventsOperation<'RemovePermission'> = {
  name: 'RemovePermission',
  async run({ buses }, { StatementId, RemoveAllPermissions, EventBusName }, scope) {
    const { name } = await buses.get(scope, EventBusName)
    if (!RemoveAllPermissions && StatementId === undefined) {
      throw validation('Parameter StatementId is required.')
    }
    await buses.change(scope, name, (bus) => ({
      ...bus,
      policy: RemoveAllPermissions ? undefined : withoutStatement(bus, StatementId ?? ''),
    }))
    return {}
  },
}
