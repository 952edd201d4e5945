import { dateOf } from '../../base/clock.ts'
import type { Scope } from '../../base/scope.ts'
import type { Bus } from './buses.ts'
import { busArn } from './buses.ts'

export function wireBus(scope: Scope, { name, description, createdMs }: Bus) {
  const times = { CreationTime: dateOf(createdMs), LastModifiedTime: dateOf(createdMs) }
  return {
    Name: name,
    Arn: busArn(scope, name),
    ...(description !== undefined && { Description: description }),
    // AWS: the default bus has no times.
    ...(createdMs > 0 && times),
  }
}
