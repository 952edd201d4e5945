import type { Clock } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'
import type { Scope } from '../../base/scope.ts'
import type { Document } from '../../engines/meta/documents.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import type { Aliases } from './aliases.ts'
import type { CodeStore } from './code-store.ts'
import { functionArn } from './function-names.ts'
import type { FunctionRecord, FunctionSettings, FunctionVersion } from './function-record.ts'
import { FUNCTIONS, VERSIONS, VERSIONS_MAX } from './function-record.ts'
import { conflict, functionNotFound, preconditionFailed } from './lambda-errors.ts'

/** The functions of every account: their `$LATEST`, and its code. */
export interface Functions {
  find(scope: Scope, name: string): Promise<FunctionRecord | undefined>
  /** Rejects with `ResourceNotFoundException`. */
  get(scope: Scope, name: string): Promise<FunctionRecord>
  list(
    scope: Scope,
    page: { readonly after?: string; readonly limit: number },
  ): Promise<ReadonlyArray<FunctionRecord>>
  /** Rejects with `ResourceConflictException`. The function can be invoked when this resolves. */
  create(scope: Scope, request: CreateRequest): Promise<FunctionRecord>
  updateCode(scope: Scope, name: string, request: UpdateCodeRequest): Promise<FunctionRecord>
  updateSettings(
    scope: Scope,
    name: string,
    change: (settings: FunctionSettings) => FunctionSettings,
    revisionId?: string,
  ): Promise<FunctionRecord>
  /** What belongs to the function as a whole: tags, reserved concurrency. */
  change(
    scope: Scope,
    name: string,
    change: (record: FunctionRecord) => FunctionRecord,
  ): Promise<FunctionRecord>
  /** With its versions and code. */
  remove(scope: Scope, name: string): Promise<void>
  everywhere(): AsyncIterable<Document<FunctionRecord>>
}

export interface CreateRequest {
  readonly name: string
  readonly settings: FunctionSettings
  readonly zip: Buffer
  readonly tags: Readonly<Record<string, string>>
}

export interface UpdateCodeRequest {
  readonly zip: Buffer
  readonly architecture?: string | undefined
  readonly revisionId?: string | undefined
}

export const LATEST = '$LATEST'

interface FunctionsDeps {
  readonly meta: MetaStore
  readonly codes: CodeStore
  readonly aliases: Aliases
  readonly clock: Clock
  readonly random: Random
}

export function createFunctions(deps: FunctionsDeps): Functions {
  const { meta, codes, aliases, clock, random } = deps
  const records = createDocuments<FunctionRecord>(meta, FUNCTIONS)
  const stamp = () => ({ revisionId: random.uuid(), modifiedMs: clock.wallMs() })
  const published = createDocuments<FunctionVersion>(meta, VERSIONS)

  async function get(scope: Scope, name: string): Promise<FunctionRecord> {
    const found = await records.get(scope, name)
    if (!found) throw functionNotFound(functionArn(scope, { name }))
    return found
  }

  async function change(
    scope: Scope,
    name: string,
    edit: (record: FunctionRecord) => FunctionRecord,
  ): Promise<FunctionRecord> {
    const changed = await records.update(scope, [name], edit)
    if (!changed) throw functionNotFound(functionArn(scope, { name }))
    return changed
  }

  /** A new `$LATEST`; the revision is checked against the one that is replaced. */
  function changeLatest(
    scope: Scope,
    name: string,
    revisionId: string | undefined,
    edit: (latest: FunctionVersion) => FunctionVersion,
  ): Promise<FunctionRecord> {
    return change(scope, name, (record) => {
      checkRevision(record.latest, revisionId)
      return { ...record, latest: { ...edit(record.latest), ...stamp() } }
    })
  }

  async function versionsOf(scope: Scope, name: string): Promise<ReadonlyArray<FunctionVersion>> {
    const found = await published.list(scope, { under: [name], limit: VERSIONS_MAX })
    return found.map(({ value }) => value)
  }

  return {
    ...{ find: records.get, everywhere: records.everywhere, get },
    change,
    async list(scope, { after, limit }) {
      const found = await records.list(scope, { limit, ...(after && { after: [after] }) })
      return found.map(({ value }) => value)
    },
    async create(scope, { name, settings, zip, tags }) {
      const exists = () => conflict(`Function already exist: ${name}`)
      if (await records.get(scope, name)) throw exists()
      const code = await codes.add(scope, zip)
      const latest = { version: LATEST, settings, code, ...stamp() }
      const record = { name, latest, nextVersion: 1, tags }
      if (await records.create(scope, [name], record)) return record
      await codes.remove(scope, code)
      throw exists()
    },
    async updateCode(scope, name, { zip, architecture, revisionId }) {
      checkRevision((await get(scope, name)).latest, revisionId)
      const code = await codes.add(scope, zip)
      let replaced = code
      const changed = await changeLatest(scope, name, revisionId, (latest) => {
        replaced = latest.code
        const settings = architecture ? { ...latest.settings, architecture } : latest.settings
        return { ...latest, code, settings }
      }).catch(async (error: unknown) => {
        await codes.remove(scope, code)
        throw error
      })
      const kept = await versionsOf(scope, name)
      if (!kept.some((version) => version.code.id === replaced.id)) {
        await codes.remove(scope, replaced)
      }
      return changed
    },
    updateSettings: (scope, name, edit, revisionId) =>
      changeLatest(scope, name, revisionId, (latest) => ({
        ...latest,
        settings: edit(latest.settings),
      })),
    async remove(scope, name) {
      const { latest } = await get(scope, name)
      const all = [latest, ...(await versionsOf(scope, name))]
      await published.removeUnder(scope, name)
      await aliases.removeAll(scope, name)
      await records.remove(scope, name)
      const used = new Map(all.map(({ code }) => [code.id, code]))
      for (const code of used.values()) await codes.remove(scope, code)
    },
  }
}

export function checkRevision(latest: FunctionVersion, revisionId: string | undefined): void {
  if (revisionId !== undefined && revisionId !== latest.revisionId) {
    throw preconditionFailed('GetFunction/GetAlias')
  }
}
