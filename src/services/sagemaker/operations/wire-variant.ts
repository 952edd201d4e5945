import type { ProductionVariant } from '@aws-sdk/client-sagemaker'
import { ServiceError } from '../../../base/errors.ts'
import type { Variant } from '../hosting/endpoint-configs.ts'
import { refused } from './wire-refusal.ts'

/** Members of a production variant that have their effect here, or none anywhere. */
const served = new Set([
  'VariantName',
  'ModelName',
  'InitialInstanceCount',
  'InstanceType',
  'InitialVariantWeight',
  'ServerlessConfig',
])

export function parseVariant(variants: ReadonlyArray<ProductionVariant>): Variant {
  const [variant] = variants
  if (!variant || variants.length > 1) throw refused('ProductionVariants other than one')
  const unserved = Object.keys(variant).find((name) => !served.has(name))
  if (unserved) throw refused(`ProductionVariants.${unserved}`)
  if (!variant.ModelName) throw refused('A production variant without ModelName')
  const { ServerlessConfig: serverless } = variant
  if (!serverless && !variant.InstanceType) {
    throw new ServiceError(
      'ValidationException',
      'A production variant needs an InstanceType or a ServerlessConfig.',
    )
  }
  return {
    name: variant.VariantName ?? 'AllTraffic',
    modelName: variant.ModelName,
    weight: variant.InitialVariantWeight ?? 1,
    ...(variant.InstanceType !== undefined && { instanceType: variant.InstanceType }),
    ...(variant.InitialInstanceCount !== undefined && {
      instanceCount: variant.InitialInstanceCount,
    }),
    ...(serverless && {
      serverless: {
        memoryMegabytes: serverless.MemorySizeInMB ?? 2048,
        concurrencyMax: serverless.MaxConcurrency ?? 5,
      },
    }),
  }
}

export function wireVariant(variant: Variant): ProductionVariant {
  return {
    VariantName: variant.name,
    ModelName: variant.modelName,
    InitialVariantWeight: variant.weight,
    ...(variant.instanceCount !== undefined && { InitialInstanceCount: variant.instanceCount }),
    // Checked against the model of the API when it came in.
    ...(variant.instanceType !== undefined && {
      InstanceType: variant.instanceType as NonNullable<ProductionVariant['InstanceType']>,
    }),
    ...(variant.serverless && {
      ServerlessConfig: {
        MemorySizeInMB: variant.serverless.memoryMegabytes,
        MaxConcurrency: variant.serverless.concurrencyMax,
      },
    }),
  }
}
