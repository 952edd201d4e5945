import { dateOf } from '../../base/clock.ts'
import type { Scope } from '../../base/scope.ts'
import type { Bus } from './bus.ts'
import { busArn } from './bus.ts'

export function wireBus(scope: Scope, bus: Bus) {
  const { name, description, policy, createdMs, modifiedMs } = bus
  return {
    Name: name,
    Arn: busArn(scope, name),
    ...(description !== undefined && { Description: description }),
    ...(policy !== undefined && { Policy: policy }),
    // AWS: the default bus was not created at any time.
    ...(createdMs > 0 && {
      CreationTime: dateOf(createdMs),
      LastModifiedTime: dateOf(modifiedMs ?? createdMs),
    }),
  }
}
