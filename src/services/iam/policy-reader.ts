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
  const read = new Map<string, T>()
  return (text) => {
    const known = read.get(text)
    if (known !== undefined) return known
    const derived = derive(parsePolicy(text))
    const [oldest] = read.keys()
    if (read.size >= iamLimits.parsedPoliciesMax && oldest !== undefined) read.delete(oldest)
    read.set(text, derived)
    return derived
  }
}
