import type { MskOperation } from '../contract.ts'
import { mskLimits } from '../limits.ts'
import { parseClusterArn } from '../msk-arns.ts'
import { badRequest } from '../msk-errors.ts'

export const putClusterPolicy: MskOperation<'PutClusterPolicy'> = {
  name: 'PutClusterPolicy',
  async run({ clusters }, { ClusterArn, CurrentVersion, Policy }, scope) {
    const key = parseClusterArn(scope, ClusterArn)
    checkPolicy(Policy)
    const version = await clusters.setPolicy(scope, key, CurrentVersion, Policy)
    return { CurrentVersion: version }
  },
}

function checkPolicy(text: string): void {
  if (Buffer.byteLength(text) > mskLimits.policyBytesMax) {
    throw badRequest(`A policy has at most ${mskLimits.policyBytesMax} bytes.`, 'policy')
  }
  try {
    const policy: unknown = JSON.parse(text)
    if (typeof policy === 'object' && policy !== null && 'Statement' in policy) return
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw badRequest('The policy is not a JSON document with a Statement.', 'policy')
}
