import type { Clock } from '../../../base/clock.ts'
import { ServiceError } from '../../../base/errors.ts'
import type { Scope } from '../../../base/scope.ts'
import { createDocuments } from '../../../engines/meta/documents.ts'
import type { MetaStore } from '../../../engines/meta/port.ts'
import { alreadyExists, entityNotFound } from '../catalog-errors.ts'
import { limits } from '../limits.ts'
import type { Classifier } from './classify-object.ts'
import { parseJsonPath } from './json-path.ts'

export type ClassifierDefinition = { readonly name: string } & (
  | { readonly kind: 'json'; readonly jsonPath: string }
  | {
      readonly kind: 'csv'
      readonly delimiter?: string
      readonly quote?: string
      readonly containsHeader: 'UNKNOWN' | 'PRESENT' | 'ABSENT'
      readonly header: ReadonlyArray<string>
      readonly disableValueTrimming: boolean
      readonly allowSingleColumn: boolean
      readonly types?: ReadonlyArray<string>
      readonly serde?: string
    }
)

export type StoredClassifier = ClassifierDefinition & {
  readonly version: number
  readonly createdMs: number
  readonly updatedMs: number
}

/** The custom classifiers of crawlers. */
export interface Classifiers {
  get(scope: Scope, name: string): Promise<StoredClassifier>
  page(
    scope: Scope,
    page: { readonly after?: string; readonly limit: number },
  ): Promise<ReadonlyArray<StoredClassifier>>
  create(scope: Scope, definition: ClassifierDefinition): Promise<void>
  /** `edit` sees the current definition and answers the new one. */
  update(
    scope: Scope,
    name: string,
    edit: (current: StoredClassifier) => ClassifierDefinition,
  ): Promise<void>
  remove(scope: Scope, name: string): Promise<void>
  /** Ready to use, in the order of the names; rejects with `EntityNotFoundException`. */
  prepare(scope: Scope, names: ReadonlyArray<string>): Promise<ReadonlyArray<Classifier>>
}

export function createClassifiers({
  meta,
  clock,
}: {
  readonly meta: MetaStore
  readonly clock: Clock
}): Classifiers {
  const documents = createDocuments<StoredClassifier>(meta, 'glue/classifier')

  async function get(scope: Scope, name: string) {
    const found = await documents.get(scope, name)
    if (!found) throw entityNotFound(`Classifier ${name} not found.`)
    return found
  }

  return {
    get,
    async page(scope, { after, limit }) {
      const found = await documents.list(scope, { limit, ...(after && { after: [after] }) })
      return found.map(({ value }) => value)
    },
    async create(scope, definition) {
      checkDefinition(definition)
      const all = await documents.list(scope, { limit: limits.classifiersMax })
      if (all.length >= limits.classifiersMax) throw tooMany()
      const nowMs = clock.wallMs()
      const stored = { ...definition, version: 1, createdMs: nowMs, updatedMs: nowMs }
      if (!(await documents.create(scope, [definition.name], stored))) {
        throw alreadyExists(`Classifier ${definition.name} already exists.`)
      }
    },
    async update(scope, name, edit) {
      await get(scope, name)
      await documents.update(scope, [name], (current) => {
        const changed = edit(current)
        checkDefinition(changed)
        const { createdMs, version } = current
        return { ...changed, createdMs, version: version + 1, updatedMs: clock.wallMs() }
      })
    },
    async remove(scope, name) {
      await get(scope, name)
      await documents.remove(scope, name)
    },
    prepare: (scope, names) =>
      Promise.all(names.map(async (name) => prepared(await get(scope, name)))),
  }
}

const tooMany = () =>
  new ServiceError(
    'ResourceNumberLimitExceededException',
    'More classifiers cannot be created. The maximum limit has been reached.',
  )

function checkDefinition(definition: ClassifierDefinition): void {
  if (definition.kind === 'json') parseJsonPath(definition.jsonPath)
}

function prepared(stored: StoredClassifier): Classifier {
  if (stored.kind === 'json') {
    return { kind: 'json', text: stored.jsonPath, path: parseJsonPath(stored.jsonPath) }
  }
  const { delimiter, quote, containsHeader, header, types, serde } = stored
  return {
    kind: 'csv',
    rules: {
      names: header,
      keepSpaces: stored.disableValueTrimming,
      allowSingleColumn: stored.allowSingleColumn,
      ...(delimiter !== undefined && { delimiter }),
      ...(quote !== undefined && { quote }),
      ...(types && { types }),
      ...(containsHeader === 'PRESENT' && { header: 'present' }),
      ...(containsHeader === 'ABSENT' && { header: 'absent' }),
    },
    ...(serde && serde !== 'None' && { serde }),
  }
}
