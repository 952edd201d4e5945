import { dateOf } from '../../../base/clock.ts'
import { compileEventPattern } from '../../../base/event-pattern.ts'
import { archiveArn } from '../archives.ts'
import type { EventsOperation } from '../contract.ts'
import { validation } from '../event-errors.ts'

export const updateArchive: EventsOperation<'UpdateArchive'> = {
  name: 'UpdateArchive',
  refuses: ['KmsKeyIdentifier'],
  async run({ archives }, input, { accountId, region }) {
    const scope = { accountId, region }
    const { ArchiveName: name, EventPattern: pattern, RetentionDays, Description } = input
    await archives.get(scope, name)
    if ([pattern, RetentionDays, Description].every((one) => one === undefined)) {
      throw validation(
        'At least one of EventPattern, RetentionDays or Description must be provided.',
      )
    }
    if (pattern) compileEventPattern(pattern)
    const { createdMs } = await archives.change(scope, name, (archive) => ({
      ...archive,
      ...(pattern !== undefined && { pattern: pattern || undefined }),
      ...(RetentionDays !== undefined && { retentionDays: RetentionDays }),
      ...(Description !== undefined && { description: Description }),
    }))
    return {
      ArchiveArn: archiveArn(scope, name),
      State: 'ENABLED',
      CreationTime: dateOf(createdMs),
    }
  },
}
