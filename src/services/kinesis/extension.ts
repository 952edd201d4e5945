import type { BoundOperation, RequestContext } from '../../wire/operation.ts'
import type { StreamKey } from './stream.ts'
import type { NamedResource } from './wire-resource.ts'

/** A part of the API that is built on streams and lives in a folder of its own. */
export interface KinesisExtension {
  readonly operations: ReadonlyMap<string, BoundOperation>
  /** What an ARN of its own names, for tags; undefined for other ARNs. */
  resourceOf(arn: string, context: RequestContext): Promise<NamedResource | undefined>
  /** Throws `ResourceInUseException` when the stream must not be removed. */
  refuseRemoval(stream: StreamKey): Promise<void>
  /** Its background loops; resolves when the signal has aborted and all of them are at rest. */
  run(signal: AbortSignal): Promise<void>
}
