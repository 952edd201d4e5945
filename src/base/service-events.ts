import type { Scope } from './scope.ts'

/** Something that a service of this house tells of: a job's end, a crawler's start. */
export interface ServiceEvent {
  /** `aws.glue` and the like. */
  readonly source: string
  /** `Glue Job State Change`. */
  readonly detailType: string
  readonly detail: object
  /** ARNs of what it is about. */
  readonly resources?: ReadonlyArray<string>
}

/**
 * The default event bus as services see it. The writes that stand for an event go into the commit of
 * the change that it tells of, so that a crash parts neither from the other.
 */
export interface ServiceEvents {
  /** What is to be added to a `MetaBatch`. */
  puts(scope: Scope, event: ServiceEvent): ReadonlyArray<EventPut>
  /** After the commit: matching begins at once. */
  committed(): void
}

export interface EventPut {
  readonly key: Uint8Array
  readonly value: Uint8Array
}

/** For where there are no buses, such as tests of one noun. */
export const silentServiceEvents: ServiceEvents = { puts: () => [], committed: () => undefined }
