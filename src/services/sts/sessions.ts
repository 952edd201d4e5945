import { createHmac, timingSafeEqual } from 'node:crypto'
import { parseArn } from '../../base/arn.ts'
import type { Clock } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'
import type { Scope } from '../../base/scope.ts'
import { createAccessKeyId } from './access-key-id.ts'
import type { SessionCredentials, SessionIssuer } from './session-issuer.ts'

/**
 * Issues and recognises temporary credentials without keeping any: the session token carries who it
 * is and until when, sealed by a MAC; the secret follows from the token. Both are derived from the
 * root secret, so all nodes that share it accept each other's sessions, and a new one ends them all.
 */
export interface Sessions extends SessionIssuer {
  /** Credentials that act as the caller itself (GetSessionToken). */
  issueForCaller(request: {
    readonly scope: Scope
    readonly callerArn: string
    readonly durationSeconds: number
  }): SessionCredentials
  lookup(accessKeyId: string, sessionToken: string): Session | 'invalid' | 'expired'
}

export interface Session {
  readonly secretAccessKey: string
  readonly accountId: string
  readonly callerArn: string
}

/** What a token says, under short names as it travels with every request. */
interface Claims {
  readonly key: string
  readonly account: string
  readonly arn: string
  readonly until: number
}

export function createSessions(deps: {
  readonly rootSecret: string
  readonly clock: Clock
  readonly random: Random
}): Sessions {
  const { rootSecret, clock, random } = deps
  const mac = (purpose: string, text: string) =>
    createHmac('sha256', rootSecret).update(`${purpose}\n${text}`).digest()

  const secretOf = (claims: string) => mac('session secret', claims).toString('base64').slice(0, 40)

  function issue(accountId: string, callerArn: string, durationSeconds: number) {
    const accessKeyId = createAccessKeyId('ASIA', accountId, random.bytes(5))
    const expiresMs = clock.wallMs() + durationSeconds * 1000
    const content: Claims = {
      key: accessKeyId,
      account: accountId,
      arn: callerArn,
      until: expiresMs,
    }
    const claims = Buffer.from(JSON.stringify(content)).toString('base64url')
    const seal = mac('session token', claims).toString('base64url')
    const sessionToken = `${claims}.${seal}`
    return { accessKeyId, secretAccessKey: secretOf(claims), sessionToken, expiresMs }
  }

  function open(sessionToken: string): { claims: string; content: Claims } | undefined {
    const [claims = '', seal = ''] = sessionToken.split('.')
    const wanted = mac('session token', claims)
    const given = Buffer.from(seal, 'base64url')
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return undefined
    return { claims, content: JSON.parse(Buffer.from(claims, 'base64url').toString()) as Claims }
  }

  return {
    issue({ scope, roleArn, sessionName, durationSeconds }) {
      const callerArn = assumedRoleArn(roleArn, sessionName, scope.accountId)
      return issue(accountOf(roleArn) ?? scope.accountId, callerArn, durationSeconds)
    },
    issueForCaller: ({ scope, callerArn, durationSeconds }) =>
      issue(scope.accountId, callerArn, durationSeconds),
    lookup(accessKeyId, sessionToken) {
      const opened = open(sessionToken)
      if (!opened || opened.content.key !== accessKeyId) return 'invalid'
      if (opened.content.until <= clock.wallMs()) return 'expired'
      return {
        secretAccessKey: secretOf(opened.claims),
        accountId: opened.content.account,
        callerArn: opened.content.arn,
      }
    },
  }
}

/** AWS: the path of a role is not part of the ARN of its sessions (IAM User Guide, identifiers). */
export function assumedRoleArn(roleArn: string, sessionName: string, accountId: string): string {
  const roleName = roleArn.slice(roleArn.lastIndexOf('/') + 1)
  return `arn:aws:sts::${accountOf(roleArn) ?? accountId}:assumed-role/${roleName}/${sessionName}`
}

function accountOf(roleArn: string): string | undefined {
  const account = parseArn(roleArn)?.accountId
  return account && /^\d{12}$/.test(account) ? account : undefined
}
