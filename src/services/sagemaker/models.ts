import { createDocuments } from '../../engines/meta/documents.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import type { Resource, Resources } from './resource.ts'
import { createResources } from './resource.ts'

/** A model: the image that serves it, and where its data lies. */
export interface Model extends Resource {
  readonly image: string
  readonly dataUri: string
  readonly roleArn?: string
  readonly environment: Readonly<Record<string, string>>
}

export type Models = Resources<Model>

export function createModels(meta: MetaStore): Models {
  return createResources(createDocuments<Model>(meta, 'sagemaker/model'), {
    title: 'model',
    arnKind: 'model',
    takenCode: 'ValidationException',
  })
}
