import { keepReadings } from '../../base/kept-readings.ts'
import { iamLimits } from './limits.ts'
import type { PolicyDocument } from './policy-document.ts'
import { parsePolicy } from './policy-parsing.ts'

/**
 * Reads policies once and not with every request: what `derive` makes of a text is kept, of as many
 * texts as `iamLimits` says; the oldest are forgotten. Throws `PolicySyntaxError`.
 */
export function createPolicyReader<T>(
  derive: (document: PolicyDocument) => T,
): (text: string) => T {
  return keepReadings((text) => derive(parsePolicy(text)), iamLimits.parsedPoliciesMax)
}
