import { createDocuments } from '../../../engines/meta/documents.ts'
import type { MetaStore } from '../../../engines/meta/port.ts'
import type { Resource, Resources } from '../resource.ts'
import { createResources } from '../resource.ts'

export interface EndpointConfig extends Resource {
  readonly variant: Variant
}

export interface Variant {
  readonly name: string
  readonly modelName: string
  readonly instanceType?: string
  readonly instanceCount?: number
  readonly weight: number
  readonly serverless?: { readonly memoryMegabytes: number; readonly concurrencyMax: number }
}

export type EndpointConfigs = Resources<EndpointConfig>

export function createEndpointConfigs(meta: MetaStore): EndpointConfigs {
  return createResources(createDocuments<EndpointConfig>(meta, 'sagemaker/endpoint-config'), {
    title: 'endpoint configuration',
    arnKind: 'endpoint-config',
    takenCode: 'ValidationException',
  })
}
