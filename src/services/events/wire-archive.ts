import { dateOf } from '../../base/clock.ts'
import type { Scope } from '../../base/scope.ts'
import type { ArchiveTotal } from './archived-events.ts'
import type { Archive } from './archives.ts'
import { busArn } from './bus.ts'

export function wireArchive(scope: Scope, archive: Archive, { events, bytes }: ArchiveTotal) {
  const { name, busName, retentionDays, createdMs } = archive
  return {
    ArchiveName: name,
    EventSourceArn: busArn(scope, busName),
    State: 'ENABLED' as const,
    RetentionDays: retentionDays,
    SizeBytes: bytes,
    EventCount: events,
    CreationTime: dateOf(createdMs),
  }
}
