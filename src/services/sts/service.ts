import type { Service } from '../../wire/operation.ts'
import { bindOperations } from '../../wire/operation.ts'
import { getCallerIdentity } from './operations/get-caller-identity.ts'

export function createStsService(): Service {
  return { name: 'sts', operations: bindOperations({}, [getCallerIdentity]) }
}
