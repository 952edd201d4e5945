import { randomInt } from 'node:crypto'
import { inject } from 'vitest'

/**
 * Clients for black-box tests, as any user makes them. `client(KinesisClient)` works in an account
 * of the test file's own, so that files neither see nor disturb each other.
 */
export interface ClientOptions {
  /** Twelve digits; default: the account of the file. */
  readonly account?: string
  readonly region?: string
}

const accounts = new Map<string, string>()

/** A new account number that no other test has. */
export function newAccount(): string {
  return String(randomInt(100_000_000_000, 999_999_999_999))
}

/** The account of the running test file. */
export function fileAccount(): string {
  const file = expectFile()
  const account = accounts.get(file) ?? newAccount()
  accounts.set(file, account)
  return account
}

export function endpoint(): string {
  return inject('endpoint')
}

export function clientConfig({ account, region = 'us-east-1' }: ClientOptions = {}) {
  return {
    endpoint: endpoint(),
    region,
    credentials: { accessKeyId: account ?? fileAccount(), secretAccessKey: 'test' },
  }
}

export function client<Client, Config extends object>(
  Constructor: new (config: Config) => Client,
  options: ClientOptions & Partial<Config> = {},
): Client {
  const { account, region, ...config } = options
  const base = clientConfig({ ...(account && { account }), ...(region && { region }) })
  // The bound of every client's configuration is its own; what all of them take is given here.
  return new Constructor({ ...base, ...config } as unknown as Config)
}

function expectFile(): string {
  // Vitest keeps the path of the running file on its worker state; one worker runs many files.
  const state = (globalThis as { __vitest_worker__?: { filepath?: string } }).__vitest_worker__
  return state?.filepath ?? 'unknown'
}
