import type { Random } from '../../../base/random.ts'
import type { ScramMechanism } from '../../../services/kafka/access/scram.ts'
import { scramMechanisms } from '../../../services/kafka/access/scram.ts'
import type { ScramUsers } from '../../../services/kafka/access/scram-users.ts'
import type { AwsTokens } from './aws-token.ts'
import type { SaslExchange } from './exchange.ts'
import { createPlainExchange } from './plain-exchange.ts'
import type { ScramDeps } from './scram-exchange.ts'
import { createScramExchange } from './scram-exchange.ts'
import { createBearerExchange, createMskIamExchange } from './token-exchanges.ts'

/** The ways to say who one is. */
export interface SaslMechanisms {
  /**
   * By the names that SASL has for them. `isPrivate`: nobody else can read the connection. Without
   * that, what could be shown once more by who overheard it is not taken.
   */
  names(isPrivate: boolean): ReadonlyArray<string>
  /** Undefined for a mechanism that is not among the names. */
  begin(name: string, isPrivate: boolean): SaslExchange | undefined
}

export function createSaslMechanisms(deps: {
  readonly users: Pick<ScramUsers, 'find'>
  readonly tokens: AwsTokens
  readonly random: Random
}): SaslMechanisms {
  const { users, tokens, random } = deps
  const scram: ScramDeps = {
    users,
    createNonce: () => random.bytes(18).toString('base64'),
    decoySecret: random.bytes(32),
  }
  const begins = new Map<string, () => SaslExchange>([
    ...scramMechanisms.map(
      (name: ScramMechanism) => [name, () => createScramExchange(name, scram)] as const,
    ),
    ['OAUTHBEARER', () => createBearerExchange(tokens)],
    ['AWS_MSK_IAM', () => createMskIamExchange(tokens, () => random.uuid())],
    ['PLAIN', () => createPlainExchange(users)],
  ])
  const overheard: ReadonlySet<string> = new Set(scramMechanisms)
  const names = (isPrivate: boolean) =>
    [...begins.keys()].filter((name) => isPrivate || overheard.has(name))
  return {
    names,
    begin: (name, isPrivate) =>
      names(isPrivate).includes(name) ? begins.get(name)?.() : undefined,
  }
}
