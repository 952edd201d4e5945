import { timingSafeEqual } from 'node:crypto'
import { credentialOf, saltPassword } from '../../../services/kafka/access/scram.ts'
import type { ScramUsers } from '../../../services/kafka/access/scram-users.ts'
import type { SaslExchange } from './exchange.ts'
import { failed } from './exchange.ts'

/** PLAIN (RFC 4616): a password as it is, checked against what SCRAM keeps of it. */
export function createPlainExchange(users: Pick<ScramUsers, 'find'>): SaslExchange {
  return {
    async step(message) {
      const parts = message.toString('utf8').split('\0')
      const [authorizationId = '', name = '', password = ''] = parts
      if (parts.length !== 3 || name === '' || password === '') {
        return failed('The message is not one of PLAIN.')
      }
      if (authorizationId !== '' && authorizationId !== name) {
        return failed('A user can act as itself only.')
      }
      const user = await users.find(name)
      const [known] = user?.credentials ?? []
      if (!user || !known) return failed('Invalid credentials with SASL mechanism PLAIN.')
      const [mechanism, kept] = known
      const salted = await saltPassword(mechanism, password, kept.salt, kept.iterations)
      const given = credentialOf(mechanism, salted, kept)
      if (!given || !timingSafeEqual(given.storedKey, kept.storedKey)) {
        return failed('Invalid credentials with SASL mechanism PLAIN.')
      }
      const identity = { principal: `User:${user.name}`, scope: user.scope }
      return { outcome: 'done', reply: Buffer.alloc(0), identity }
    },
  }
}
