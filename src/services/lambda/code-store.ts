import { createHash } from 'node:crypto'
import { assert } from '../../base/assert.ts'
import type { Random } from '../../base/random.ts'
import type { Scope } from '../../base/scope.ts'
import type { ComputeEngine } from '../../engines/compute/port.ts'
import type { ObjectId, ObjectStore } from '../../engines/objects/port.ts'
import { readCodeArchive } from './code-archive.ts'

/** One upload of a function's code. */
export interface StoredCode {
  /** New for each upload, so that nobody else's code is removed with it. */
  readonly id: string
  /** Base64, as Lambda shows it. */
  readonly sha256: string
  readonly sizeBytes: number
}

/** The zips of all functions, kept in the object store, unpacked by the engine on demand. */
export interface CodeStore {
  /** Durable and unpacked when resolved. Throws `InvalidParameterValueException` for a bad zip. */
  add(scope: Scope, zip: Buffer): Promise<StoredCode>
  /** Directory of the unpacked code. */
  directoryOf(scope: Scope, code: StoredCode): Promise<string>
  zipOf(scope: Scope, code: StoredCode): Promise<Buffer>
  remove(scope: Scope, code: StoredCode): Promise<void>
}

/** No bucket of a user can have this name (S3 wants a letter or digit first). */
const BUCKET = '.lambda-code'

export function createCodeStore(deps: {
  readonly objects: ObjectStore
  readonly compute: ComputeEngine
  readonly random: Random
}): CodeStore {
  const { objects, compute, random } = deps

  async function zipOf(scope: Scope, { id }: StoredCode): Promise<Buffer> {
    const opened = await objects.get(idOf(scope, id))
    assert(opened, `the code ${id} of a function is kept as long as the function`)
    if (opened.body instanceof Uint8Array) return Buffer.from(opened.body)
    const chunks: Buffer[] = []
    for await (const chunk of opened.body) chunks.push(chunk as Buffer)
    return Buffer.concat(chunks)
  }

  return {
    zipOf,
    async add(scope, zip) {
      const id = random.bytes(16).toString('hex')
      const archive = readCodeArchive(zip)
      await compute.installCode(id, () => archive.files())
      await objects.put(idOf(scope, id), zip, { publish: () => ({}) })
      return {
        id,
        sha256: createHash('sha256').update(zip).digest('base64'),
        sizeBytes: zip.length,
      }
    },
    directoryOf: (scope, code) =>
      compute.installCode(code.id, async function* () {
        yield* readCodeArchive(await zipOf(scope, code)).files()
      }),
    async remove(scope, { id }) {
      await compute.removeCode(id)
      await objects.remove(idOf(scope, id))
    },
  }
}

/** By account and region, so that what an account keeps is found by its prefix. */
function idOf({ accountId, region }: Scope, id: string): ObjectId {
  return { bucket: BUCKET, key: `${accountId}/${region}/${id}` }
}
