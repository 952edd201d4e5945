import type { Clock } from '../../base/clock.ts'
import { EngineError } from '../../base/errors.ts'
import type { Random } from '../../base/random.ts'
import type { Scope } from '../../base/scope.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import type { Aliases } from './aliases.ts'
import type { CodeStore } from './code-store.ts'
import { functionArn, isVersion } from './function-names.ts'
import type { FunctionRecord, FunctionVersion } from './function-record.ts'
import { FUNCTIONS, VERSIONS, VERSIONS_MAX } from './function-record.ts'
import type { Functions } from './functions.ts'
import { checkRevision, LATEST } from './functions.ts'
import { conflict, functionNotFound, invalidParameter } from './lambda-errors.ts'

/** Published versions: what `$LATEST` was when they were made, for ever. */
export interface FunctionVersions {
  /** A number, or `$LATEST`. Rejects with `ResourceNotFoundException`. */
  get(scope: Scope, name: string, version: string): Promise<FunctionVersion>
  /** In their order, without `$LATEST`. */
  all(scope: Scope, name: string): Promise<ReadonlyArray<FunctionVersion>>
  /** The version that was published last when nothing has changed since. */
  publish(scope: Scope, name: string, request: PublishRequest): Promise<FunctionVersion>
  /** Rejects with `ResourceConflictException` while an alias points to it. */
  remove(scope: Scope, name: string, version: string): Promise<void>
}

export interface PublishRequest {
  readonly description?: string | undefined
  readonly codeSha256?: string | undefined
  readonly revisionId?: string | undefined
}

const ATTEMPTS_MAX = 100

export function createFunctionVersions(deps: {
  readonly meta: MetaStore
  readonly functions: Functions
  readonly codes: CodeStore
  readonly aliases: Aliases
  readonly clock: Clock
  readonly random: Random
}): FunctionVersions {
  const { meta, functions, codes, aliases, clock, random } = deps
  const records = createDocuments<FunctionRecord>(meta, FUNCTIONS)
  const documents = createDocuments<FunctionVersion>(meta, VERSIONS)

  async function all(scope: Scope, name: string): Promise<ReadonlyArray<FunctionVersion>> {
    const found = await documents.list(scope, { under: [name], limit: VERSIONS_MAX })
    return found.map(({ value }) => value)
  }

  /** The version that this state of `$LATEST` was published as already. */
  async function publishedAs(scope: Scope, { name, published, latest }: FunctionRecord) {
    if (published?.revisionId !== latest.revisionId) return undefined
    return documents.get(scope, name, Number(published.version))
  }

  /** Version and function change in one commit: code is removed only when no version has it. */
  async function tryPublish(scope: Scope, name: string, request: PublishRequest) {
    const [own] = records.putBatch(scope, [name], {} as FunctionRecord).puts
    const entry = own && (await meta.get(own.key))
    if (!entry) throw functionNotFound(functionArn(scope, { name }))
    const record = JSON.parse(Buffer.from(entry.value).toString('utf8')) as FunctionRecord
    checkRevision(record.latest, request.revisionId)
    checkCode(record.latest, request.codeSha256)
    const existing = await publishedAs(scope, record)
    if (existing) return existing
    const { latest, nextVersion } = record
    const version = String(nextVersion)
    const { description = latest.settings.description } = request
    const made: FunctionVersion = {
      version,
      code: latest.code,
      settings: { ...latest.settings, description },
      revisionId: random.uuid(),
      modifiedMs: clock.wallMs(),
    }
    const changed = {
      ...record,
      nextVersion: nextVersion + 1,
      published: { version, revisionId: latest.revisionId },
    }
    try {
      await meta.commit({
        checks: [{ key: entry.key, version: entry.version }],
        puts: [
          ...records.putBatch(scope, [name], changed).puts,
          ...documents.putBatch(scope, [name, nextVersion], made).puts,
        ],
      })
      return made
    } catch (error) {
      if (error instanceof EngineError && error.kind === 'conflict') return undefined
      throw error
    }
  }

  return {
    all,
    async get(scope, name, version) {
      if (version === LATEST) return (await functions.get(scope, name)).latest
      const found = await documents.get(scope, name, Number(version))
      if (!found) throw functionNotFound(functionArn(scope, { name, qualifier: version }))
      return found
    },
    async publish(scope, name, request) {
      for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
        const version = await tryPublish(scope, name, request)
        if (version) return version
      }
      throw new EngineError('conflict', `the function ${name} changes too often`)
    },
    async remove(scope, name, version) {
      if (version === LATEST) {
        throw invalidParameter('$LATEST version cannot be deleted without deleting the function.')
      }
      await functions.get(scope, name)
      await checkUnused(scope, name, version)
      const found = isVersion(version) && (await documents.get(scope, name, Number(version)))
      // AWS: deleting a version that is not there succeeds (DeleteFunction).
      if (!found) return
      await documents.remove(scope, name, Number(version))
      // In this order: what is published in between is of the code that `latest` has.
      const { latest } = await functions.get(scope, name)
      const users = [latest, ...(await all(scope, name))]
      if (!users.some(({ code }) => code.id === found.code.id)) {
        await codes.remove(scope, found.code)
      }
    },
  }

  async function checkUnused(scope: Scope, name: string, version: string): Promise<void> {
    const users = (await aliases.all(scope, name)).filter(({ versions }) => versions.has(version))
    if (users.length === 0) return
    const arns = users.map((alias) => functionArn(scope, { name, qualifier: alias.name }))
    throw conflict(`Cannot delete version ${version} as it is used by aliases: [${arns}]`)
  }
}

function checkCode(latest: FunctionVersion, sha256: string | undefined): void {
  const current = latest.code.sha256
  if (sha256 === undefined || sha256 === current) return
  throw invalidParameter(
    `CodeSHA256 (${sha256}) is different from current CodeSHA256 in $LATEST (${current}). Please try again with the CodeSHA256 in $LATEST.`,
  )
}
