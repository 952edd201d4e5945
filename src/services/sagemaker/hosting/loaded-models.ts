import { ServiceError } from '../../../base/errors.ts'
import type { Scope } from '../../../base/scope.ts'
import type { ObjectAccess } from '../../s3/objects/object-access.ts'
import { sagemakerLimits } from '../limits.ts'
import { unpackModel } from '../model-archive.ts'
import { splitUri } from '../s3-uri.ts'
import type { Booster } from '../xgboost/booster.ts'
import { DataError } from '../xgboost/feature-matrix.ts'
import { readModel } from '../xgboost/model-format.ts'
import type { Deployment } from './endpoints.ts'

/** Models ready to score, kept in memory while they are used. The truth is the archive in S3. */
export interface LoadedModels {
  /** Throws `ValidationException` when there is no model that can be served. */
  get(scope: Scope, deployment: Deployment): Promise<Booster>
}

export function createLoadedModels(objects: ObjectAccess): LoadedModels {
  const loaded = new Map<string, Promise<Booster>>()

  async function load(scope: Scope, uri: string): Promise<Booster> {
    const { bucket, key } = splitUri(uri)
    const { body } = await objects.get(scope, bucket, key)
    const text = await unpackModel(body)
    try {
      return readModel(text)
    } catch (error) {
      if (!(error instanceof DataError)) throw error
      throw new ServiceError('ValidationException', error.message, { cause: error })
    }
  }

  return {
    async get(scope, { modelUri }) {
      const { bucket, key } = splitUri(modelUri)
      const summary = await objects.head(scope, bucket, key)
      if (!summary) {
        throw new ServiceError(
          'ValidationException',
          `Could not find model data at ${modelUri}. Please ensure that the role has access and that the object exists.`,
        )
      }
      const id = `${scope.accountId}/${modelUri}/${summary.etag}`
      const model = loaded.get(id) ?? load(scope, modelUri)
      // The last used one stands last, so that the first is the one to go.
      loaded.delete(id)
      loaded.set(id, model)
      if (loaded.size > sagemakerLimits.loadedModelsMax) {
        const [oldest] = loaded.keys()
        if (oldest !== undefined) loaded.delete(oldest)
      }
      try {
        return await model
      } catch (error) {
        loaded.delete(id)
        throw error
      }
    },
  }
}
