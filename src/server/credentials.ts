import type { Config } from '../config.ts'
import { ConfigError } from '../config.ts'
import type { Sessions } from '../services/sts/sessions.ts'
import type { Keys } from './keys.ts'
import { isLoopback } from './local-host.ts'

/** Whom an access key stands for, and the secret its signatures are verified with. */
export interface Credential {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly accountId: string
  readonly callerArn: string
  /** The key that everybody knows: only for callers who are certainly on this machine. */
  readonly wellKnown: boolean
}

export interface Credentials {
  /** `advice` tells a client whose key is unknown which keys are taken. */
  readonly advice: string
  find(
    accessKeyId: string,
    sessionToken: string | undefined,
  ): Promise<Credential | 'unknown' | 'invalid-token' | 'expired-token'>
  /** Account and caller of a key that `--auth open` takes unverified. */
  assume(accessKeyId: string, sessionToken: string | undefined): Promise<Credential>
}

const WELL_KNOWN_SECRET = 'test'
const ADD_KEYS = '`headrace keys add` makes further keys.'

export function createCredentials(deps: {
  readonly config: Pick<Config, 'account' | 'host'>
  readonly keys: Keys
  readonly sessions: Sessions
}): Credentials {
  const { config, keys, sessions } = deps
  const local = isLoopback(config.host)

  function wellKnown(accessKeyId: string): Credential | undefined {
    const accountId = accessKeyId === 'test' ? config.account : accessKeyId
    if (!/^\d{12}$/.test(accountId)) return undefined
    return {
      accessKeyId,
      secretAccessKey: WELL_KNOWN_SECRET,
      accountId,
      callerArn: `arn:aws:iam::${accountId}:root`,
      wellKnown: true,
    }
  }

  const find: Credentials['find'] = async (accessKeyId, sessionToken) => {
    if (accessKeyId.startsWith('ASIA')) {
      if (sessionToken === undefined) return 'unknown'
      const session = sessions.lookup(accessKeyId, sessionToken)
      if (session === 'invalid') return 'invalid-token'
      if (session === 'expired') return 'expired-token'
      return { accessKeyId, wellKnown: false, ...session }
    }
    const known = local ? wellKnown(accessKeyId) : undefined
    if (known) return known
    const key = await keys.find(accessKeyId)
    if (!key) return 'unknown'
    const { secretAccessKey, accountId, userName } = key
    const callerArn = `arn:aws:iam::${accountId}:user/${userName}`
    return { accessKeyId, secretAccessKey, accountId, callerArn, wellKnown: false }
  }

  return {
    advice: local
      ? `Headrace takes the access key 'test', or any 12-digit account number as the access key, with the secret '${WELL_KNOWN_SECRET}'. ${ADD_KEYS}`
      : `Headrace takes only configured keys here. ${ADD_KEYS}`,
    find,
    async assume(accessKeyId, sessionToken) {
      const found = await find(accessKeyId, sessionToken)
      if (typeof found === 'object') return { ...found, wellKnown: true }
      const { account } = config
      return {
        accessKeyId,
        secretAccessKey: WELL_KNOWN_SECRET,
        accountId: account,
        callerArn: `arn:aws:iam::${account}:root`,
        wellKnown: true,
      }
    },
  }
}

/**
 * Throws `ConfigError` where listening would give strangers access: beyond loopback without
 * configured keys, or with `--auth open`. To be asked once, before the server listens.
 */
export async function checkExposure(
  config: Pick<Config, 'auth' | 'host' | 'account'>,
  keys: Keys,
): Promise<void> {
  if (!/^\d{12}$/.test(config.account)) {
    throw new ConfigError(`--account: '${config.account}' is not a number of 12 digits.`)
  }
  if (isLoopback(config.host)) return
  if (config.auth === 'open') {
    throw new ConfigError(
      `--auth open is for loopback only: with --host ${config.host}, anybody could do anything. Use --host 127.0.0.1 or --auth verify.`,
    )
  }
  if ((await keys.list()).length > 0) return
  throw new ConfigError(
    `--host ${config.host} can be reached by others, so the key 'test' is not taken there and a key of your own is needed first: run \`headrace keys add\`.`,
  )
}
