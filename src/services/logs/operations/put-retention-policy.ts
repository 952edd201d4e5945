import type { LogsOperation } from '../contract.ts'
import { limits } from '../limits.ts'
import { invalidParameter } from '../log-errors.ts'

export const putRetentionPolicy: LogsOperation<'PutRetentionPolicy'> = {
  name: 'PutRetentionPolicy',
  async run({ groups }, { logGroupName, retentionInDays }, scope) {
    if (!limits.retentionDays.some((days) => days === retentionInDays)) {
      throw invalidParameter(
        `1 validation error detected: Value '${retentionInDays}' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [${limits.retentionDays.join(', ')}]`,
      )
    }
    await groups.change(scope, logGroupName, (group) => ({
      ...group,
      retentionDays: retentionInDays,
    }))
    return {}
  },
}
