import { parseArn } from '../../base/arn.ts'
import type { Clock } from '../../base/clock.ts'
import { dateOf } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'
import type { Scope } from '../../base/scope.ts'
import type { ObjectAccess } from '../s3/objects/object-access.ts'
import type { FunctionInvoker } from './function-invoker.ts'
import { invalidParameter, unsupported } from './lambda-errors.ts'

/** Where records of finished or failed invocations go: another function, or a bucket. */
export interface Destinations {
  /** Throws `InvalidParameterValueException` for what is not there or not built. */
  validate(scope: Scope, arn: string, kinds: ReadonlyArray<DestinationKind>): Promise<void>
  /** Resolves once the destination has it durably. */
  send(scope: Scope, arn: string, record: object, objectPrefix: string): Promise<void>
}

export type DestinationKind = 'lambda' | 's3'

export function createDestinations(deps: {
  readonly objects: ObjectAccess
  readonly invoker: () => FunctionInvoker
  readonly functionExists: (scope: Scope, arn: string) => Promise<boolean>
  readonly clock: Clock
  readonly random: Random
}): Destinations {
  const { objects, invoker, functionExists, clock, random } = deps

  /** AWS: `…/YYYY/MM/DD/YYYY-MM-DDTHH.MM.SS-<random UUID>` (Developer Guide, S3 destinations). */
  function keyOf(prefix: string): string {
    const [day = '', time = ''] = dateOf(clock.wallMs()).toISOString().split(/[T.]/)
    const stamp = `${day}T${time.replaceAll(':', '.')}`
    return `${prefix}/${day.replaceAll('-', '/')}/${stamp}-${random.uuid()}`
  }

  return {
    async validate(scope, arn, kinds) {
      const service = parseArn(arn)?.service
      if (service !== 'lambda' && service !== 's3') {
        throw unsupported(`The destination ${arn}`)
      }
      if (!kinds.includes(service)) {
        throw invalidParameter(`The destination ARN ${arn} is invalid.`)
      }
      const isThere =
        service === 's3'
          ? await objects.bucketExists(scope, bucketOf(arn))
          : await functionExists(scope, arn)
      if (!isThere) throw invalidParameter(`The destination ARN ${arn} is invalid.`)
    },
    async send(scope, arn, record, objectPrefix) {
      const body = Buffer.from(JSON.stringify(record))
      if (parseArn(arn)?.service === 'lambda') {
        return invoker().invokeLater(scope, { functionName: arn, payload: body })
      }
      await objects.put(scope, {
        bucket: bucketOf(arn),
        key: keyOf(objectPrefix),
        body,
        contentType: 'application/json',
      })
    },
  }
}

function bucketOf(arn: string): string {
  return parseArn(arn)?.resource ?? ''
}
