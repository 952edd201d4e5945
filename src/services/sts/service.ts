import type { Service } from '../../wire/operation.ts'
import { bindOperations } from '../../wire/operation.ts'
import type { StsDeps } from './contract.ts'
import { assumeRole } from './operations/assume-role.ts'
import { getAccessKeyInfo } from './operations/get-access-key-info.ts'
import { getCallerIdentity } from './operations/get-caller-identity.ts'
import { getSessionToken } from './operations/get-session-token.ts'

export function createStsService(deps: StsDeps): Service {
  return {
    name: 'sts',
    operations: bindOperations(deps, [
      assumeRole,
      getAccessKeyInfo,
      getCallerIdentity,
      getSessionToken,
    ]),
  }
}
