import type { EventsOperation } from '../contract.ts'

export const deleteArchive: EventsOperation<'DeleteArchive'> = {
  name: 'DeleteArchive',
  async run({ archives }, { ArchiveName }, scope) {
    await archives.remove(scope, ArchiveName)
    return {}
  },
}
