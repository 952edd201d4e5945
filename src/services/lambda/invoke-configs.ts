import type { Clock } from '../../base/clock.ts'
import type { Scope } from '../../base/scope.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import { LATEST } from './functions.ts'

/** What becomes of the asynchronous events of a function, version or alias. */
export interface InvokeConfig {
  readonly retries?: number
  readonly ageMaxSeconds?: number
  /** ARNs of functions, queues, topics, buses; that of a failure also of a bucket. */
  readonly onSuccess?: string
  readonly onFailure?: string
  readonly modifiedMs: number
}

export interface QualifiedInvokeConfig extends InvokeConfig {
  readonly qualifier: string
}

export interface InvokeConfigs {
  find(scope: Scope, name: string, qualifier?: string): Promise<InvokeConfig | undefined>
  put(
    scope: Scope,
    target: { readonly name: string; readonly qualifier?: string },
    config: Omit<InvokeConfig, 'modifiedMs'>,
  ): Promise<InvokeConfig>
  /** False when there was none. */
  remove(scope: Scope, name: string, qualifier?: string): Promise<boolean>
  all(scope: Scope, name: string): Promise<ReadonlyArray<QualifiedInvokeConfig>>
  removeAll(scope: Scope, name: string): Promise<void>
}

const CONFIGS_MAX = 10_000

export function createInvokeConfigs(meta: MetaStore, clock: Clock): InvokeConfigs {
  const documents = createDocuments<InvokeConfig>(meta, 'lambda/invoke-config')
  return {
    find: (scope, name, qualifier = LATEST) => documents.get(scope, name, qualifier),
    async put(scope, { name, qualifier = LATEST }, given) {
      const config = { ...given, modifiedMs: clock.wallMs() }
      await documents.put(scope, [name, qualifier], config)
      return config
    },
    remove: (scope, name, qualifier = LATEST) => documents.remove(scope, name, qualifier),
    async all(scope, name) {
      const found = await documents.list(scope, { under: [name], limit: CONFIGS_MAX })
      return found.map(({ id, value }) => ({ ...value, qualifier: String(id[1]) }))
    },
    removeAll: (scope, name) => documents.removeUnder(scope, name),
  }
}
