import type { Clock } from '../../../base/clock.ts'
import type { Config } from '../../../config.ts'
import { parseQuery } from '../../canonical-request.ts'
import type { Credential, Credentials } from '../../credentials.ts'
import { serverLimits } from '../../limits.ts'
import type { Signature } from '../../signature.ts'
import { parseSignature } from '../../signature.ts'
import { createVerifier, sha256 } from '../../signing.ts'
import { kafkaLimits } from '../limits.ts'
import type { SaslIdentity } from './exchange.ts'

/** A request to connect as AWS's libraries for MSK presign it: never sent, only shown. */
export interface ConnectRequest {
  readonly host: string
  readonly rawQuery: string
}

/** Verifies what AWS's libraries for MSK send in place of a password. */
export interface AwsTokens {
  /** Answers why the request is not taken, in words for the client. */
  verify(request: ConnectRequest): Promise<SaslIdentity | string>
}

const ACTION = 'kafka-cluster:Connect'
const SERVICE = 'kafka-cluster'

export function createAwsTokens(deps: {
  readonly config: Pick<Config, 'auth'>
  readonly credentials: Credentials
  readonly clock: Clock
}): AwsTokens {
  const { config, credentials, clock } = deps
  const verifier = createVerifier()
  const emptyHash = sha256('')
  const isOpen = config.auth === 'open'

  async function credentialOf({
    accessKeyId,
    sessionToken,
  }: Signature): Promise<Credential | string> {
    if (isOpen) return credentials.assume(accessKeyId, sessionToken)
    const found = await credentials.find(accessKeyId, sessionToken)
    if (found === 'unknown') {
      return `Access denied: the access key '${accessKeyId}' is not known. ${credentials.advice}`
    }
    if (found === 'invalid-token') return 'Access denied: the session token is not valid.'
    return found === 'expired-token' ? 'Access denied: the session token has expired.' : found
  }

  return {
    async verify({ host, rawQuery }) {
      const found = parseSignature({}, rawQuery)
      if (found.reason !== 'signed') return 'Access denied: the token is not signed as AWS does it.'
      const { signature } = found
      const credential = await credentialOf(signature)
      if (typeof credential === 'string') return credential
      const problem = claimProblem(signature, rawQuery) ?? timeProblem(signature, clock.wallMs())
      if (problem !== undefined) return `Access denied: ${problem}`
      const request = { method: 'GET', rawPath: '/', rawQuery, headers: { host } }
      const { secretAccessKey } = credential
      if (!isOpen && !verifier.verify(request, signature, secretAccessKey, emptyHash).valid) {
        return 'Access denied: the signature of the token does not match.'
      }
      return {
        principal: `User:${credential.callerArn}`,
        scope: { accountId: credential.accountId, region: signature.region },
        expiresMs: expiryOf(signature),
      }
    },
  }
}

function claimProblem(signature: Signature, rawQuery: string): string | undefined {
  const actions = parseQuery(rawQuery).filter(([name]) => name === 'Action')
  if (actions.length !== 1 || actions[0]?.[1] !== ACTION) return `the token is not for ${ACTION}.`
  if (signature.service !== SERVICE) return `the token is not for the service ${SERVICE}.`
  return signature.signedHeaders.includes('host') ? undefined : 'the host is not signed.'
}

function timeProblem(signature: Signature, nowMs: number): string | undefined {
  const { expiresSeconds = 0, signedAtMs } = signature
  if (!(expiresSeconds >= 1 && expiresSeconds <= kafkaLimits.tokenSecondsMax)) {
    return `a token lives from 1 to ${kafkaLimits.tokenSecondsMax} seconds.`
  }
  if (signedAtMs > nowMs + serverLimits.skewMs) return 'the token is of the future.'
  return nowMs >= expiryOf(signature) ? 'the token has expired.' : undefined
}

function expiryOf({ signedAtMs, expiresSeconds = 0 }: Signature): number {
  return signedAtMs + expiresSeconds * 1000
}
