import { archiveArn } from '../archives.ts'
import type { EventsOperation } from '../contract.ts'
import { wireArchive } from '../wire-archive.ts'

export const describeArchive: EventsOperation<'DescribeArchive'> = {
  name: 'DescribeArchive',
  async run({ archives, archivedEvents }, { ArchiveName }, { accountId, region }) {
    const scope = { accountId, region }
    const archive = await archives.get(scope, ArchiveName)
    const { description, pattern } = archive
    return {
      ...wireArchive(scope, archive, await archivedEvents.total(scope, archive)),
      ArchiveArn: archiveArn(scope, ArchiveName),
      ...(description !== undefined && { Description: description }),
      ...(pattern !== undefined && { EventPattern: pattern }),
    }
  },
}
