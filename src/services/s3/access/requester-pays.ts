import type { BoundOperation, RequestContext } from '../../../wire/operation.ts'
import type { Bucket } from '../buckets/bucket.ts'
import { accessDenied } from '../s3-errors.ts'
import { callerAccountOf } from './condition-keys.ts'

/**
 * Buckets whose requesters pay: a stranger has to say that he does (`x-amz-request-payer`), and is
 * told in the answer that he was charged. Nobody else is asked, and no money moves.
 */
export interface RequesterPays {
  /** Throws `AccessDenied` for a stranger who does not say so. */
  require(bucket: Bucket, input: object, context: RequestContext): void
  /** The same operations, whose answers say who was charged. */
  told(operations: ReadonlyMap<string, BoundOperation>): ReadonlyMap<string, BoundOperation>
}

export function createRequesterPays(): RequesterPays {
  const charged = new WeakSet<object>()
  return {
    require({ requesterPays, accountId }, input, context) {
      if (!requesterPays || callerAccountOf(context) === accountId) return
      // AWS: who says no name cannot be charged.
      const isNamed = context.callerArn !== ''
      if (!isNamed || context.headers['x-amz-request-payer'] !== 'requester') throw accessDenied()
      charged.add(input)
    },

    told(operations) {
      const told = [...operations].map(([name, operation]): [string, BoundOperation] => [
        name,
        {
          ...operation,
          async run(input, context) {
            const output = await operation.run(input, context)
            if (!charged.has(input as object)) return output
            return { ...(output as object), RequestCharged: 'requester' }
          },
        },
      ])
      return new Map(told)
    },
  }
}
