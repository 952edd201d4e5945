import { createHmac } from 'node:crypto'
import type { ScramCredential, ScramMechanism } from '../../../services/kafka/access/scram.ts'
import { provesPassword, serverSignature } from '../../../services/kafka/access/scram.ts'
import type { ScramUser, ScramUsers } from '../../../services/kafka/access/scram-users.ts'
import { kafkaLimits } from '../limits.ts'
import type { SaslExchange, SaslStep } from './exchange.ts'
import { failed } from './exchange.ts'
import { parseGs2, unescapeName } from './gs2.ts'

export interface ScramDeps {
  readonly users: Pick<ScramUsers, 'find'>
  /** Our part of the nonce: printable, without a comma. */
  readonly createNonce: () => string
  /** From it follow the salts of users that do not exist, so that they look like others. */
  readonly decoySecret: Buffer
}

/** What the first message said, and what was answered. */
interface Begun {
  readonly mechanism: ScramMechanism
  readonly gs2: string
  readonly clientFirst: string
  readonly serverFirst: string
  readonly nonce: string
  readonly user: ScramUser | undefined
  readonly credential: ScramCredential | undefined
}

/** SCRAM (RFC 5802, RFC 7677) as Kafka speaks it: without channel binding and SASLprep. */
export function createScramExchange(mechanism: ScramMechanism, deps: ScramDeps): SaslExchange {
  let begun: Begun | undefined
  return {
    async step(message) {
      if (begun) return finish(begun, message.toString('utf8'))
      const first = await begin(mechanism, message.toString('utf8'), deps)
      if (typeof first === 'string') return failed(first)
      begun = first
      return { outcome: 'continue', reply: Buffer.from(first.serverFirst) }
    },
  }
}

async function begin(
  mechanism: ScramMechanism,
  message: string,
  deps: ScramDeps,
): Promise<Begun | string> {
  const header = parseGs2(message)
  const fields = header && /^n=([^,]*),r=([\x21-\x2b\x2d-\x7e]+)((?:,[^,]*)*)$/.exec(header.rest)
  const name = unescapeName(fields?.[1] ?? '')
  if (!header || !fields || !name) return 'The first message is not one of SCRAM.'
  const [, , clientNonce = '', extensions = ''] = fields
  if (/,(m=|tokenauth=true)/.test(extensions)) {
    return 'Mandatory extensions and delegation tokens are not served.'
  }
  if (header.authorizationId !== undefined && header.authorizationId !== name) {
    return 'A user can act as itself only.'
  }
  const user = await deps.users.find(name)
  const credential = user?.credentials.get(mechanism)
  const { salt, iterations } = credential ?? decoyOf(name, deps.decoySecret)
  const nonce = `${clientNonce}${deps.createNonce()}`
  return {
    mechanism,
    gs2: header.text,
    clientFirst: header.rest,
    serverFirst: `r=${nonce},s=${salt.toString('base64')},i=${iterations}`,
    nonce,
    user,
    credential,
  }
}

function finish(begun: Begun, message: string): SaslStep {
  const { mechanism, gs2, clientFirst, serverFirst, nonce, user, credential } = begun
  const fields = /^(c=([^,]*),r=([^,]*)(?:,[^,]*)*),p=([^,]*)$/.exec(message)
  if (!fields) return failed('The last message is not one of SCRAM.')
  const [, withoutProof = '', binding = '', repeated = '', proof = ''] = fields
  if (Buffer.from(binding, 'base64').toString() !== gs2 || repeated !== nonce) {
    return failed('The last message does not belong to the first one.')
  }
  const authMessage = `${clientFirst},${serverFirst},${withoutProof}`
  const isProved =
    credential !== undefined &&
    provesPassword(mechanism, credential, authMessage, Buffer.from(proof, 'base64'))
  if (!user || !isProved) {
    return failed(`Invalid credentials with SASL mechanism ${mechanism}.`)
  }
  const signature = serverSignature(mechanism, credential, authMessage).toString('base64')
  return {
    outcome: 'done',
    reply: Buffer.from(`v=${signature}`),
    identity: { principal: `User:${user.name}`, scope: user.scope },
  }
}

function decoyOf(name: string, secret: Buffer): Pick<ScramCredential, 'salt' | 'iterations'> {
  const salt = createHmac('sha256', secret).update(name).digest().subarray(0, 16)
  return { salt, iterations: kafkaLimits.unknownUserIterations }
}
