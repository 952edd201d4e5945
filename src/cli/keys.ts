import { join } from 'node:path'
import { dateOf } from '../base/clock.ts'
import { openLmdbMeta } from '../engines/meta/lmdb/lmdb-meta.ts'
import type { Keys } from '../server/keys.ts'
import { createKeys } from '../server/keys.ts'
import type { CliContext } from './context.ts'

interface DirectoryFlag {
  readonly dataDir?: string
}

/** `headrace keys add`: works while a server runs on the directory; it takes the key at once. */
export async function addKey(
  this: CliContext,
  flags: DirectoryFlag & { readonly account?: string; readonly name?: string },
): Promise<void> {
  const key = await withKeys(this, flags, (keys) =>
    keys.add({
      accountId: flags.account ?? '000000000000',
      userName: flags.name ?? 'operator',
    }),
  )
  this.print(`export AWS_ACCESS_KEY_ID=${key.accessKeyId}`)
  this.print(`export AWS_SECRET_ACCESS_KEY=${key.secretAccessKey}`)
  this.printError('The secret is not shown again.')
}

export async function listKeys(this: CliContext, flags: DirectoryFlag): Promise<void> {
  const keys = await withKeys(this, flags, (all) => all.list())
  if (keys.length === 0)
    this.printError('There are no configured keys; `headrace keys add` makes one.')
  for (const key of keys) {
    const made = dateOf(key.createdMs).toISOString()
    this.print(`${key.accessKeyId}  ${key.accountId}  ${key.userName}  ${made}`)
  }
}

export async function removeKey(
  this: CliContext,
  flags: DirectoryFlag,
  accessKeyId: string,
): Promise<void> {
  const removed = await withKeys(this, flags, (keys) => keys.remove(accessKeyId))
  if (!removed) throw new Error(`There is no key ${accessKeyId}.`)
  this.print(`Removed ${accessKeyId}.`)
}

/** The store of the keys may be opened beside a running server: it serves several processes. */
async function withKeys<T>(
  { clock, random, environment }: CliContext,
  flags: DirectoryFlag,
  use: (keys: Keys) => Promise<T>,
): Promise<T> {
  const dataDir = flags.dataDir ?? environment['HEADRACE_DATA_DIR'] ?? '.headrace'
  const meta = await openLmdbMeta({ directory: join(dataDir, 'meta') })
  try {
    return await use(createKeys({ meta, clock, random }))
  } finally {
    await meta.close()
  }
}
