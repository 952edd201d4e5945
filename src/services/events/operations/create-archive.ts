import { dateOf } from '../../../base/clock.ts'
import { compileEventPattern } from '../../../base/event-pattern.ts'
import { archiveArn } from '../archives.ts'
import type { EventsOperation } from '../contract.ts'

export const createArchive: EventsOperation<'CreateArchive'> = {
  name: 'CreateArchive',
  refuses: ['KmsKeyIdentifier'],
  async run({ buses, archives }, input, { accountId, region }) {
    const scope = { accountId, region }
    const { ArchiveName: name, EventPattern: pattern } = input
    const bus = await buses.get(scope, input.EventSourceArn)
    if (pattern) compileEventPattern(pattern)
    const { createdMs } = await archives.create(scope, {
      name,
      busName: bus.name,
      description: input.Description,
      pattern: pattern || undefined,
      retentionDays: input.RetentionDays ?? 0,
    })
    return {
      ArchiveArn: archiveArn(scope, name),
      State: 'ENABLED',
      CreationTime: dateOf(createdMs),
    }
  },
}
