import { checkImage } from '../built-in-image.ts'
import type { SagemakerOperation } from '../contract.ts'
import { resourceArn } from '../resource.ts'
import { splitUri } from '../s3-uri.ts'
import { refused } from './wire-refusal.ts'
import { tagsOf } from './wire-tags.ts'

export const createModel: SagemakerOperation<'CreateModel'> = {
  name: 'CreateModel',
  refuses: ['InferenceExecutionConfig', 'VpcConfig'],
  async run({ models, clock }, input, context) {
    const container = input.PrimaryContainer ?? input.Containers?.[0]
    if (!container || (input.Containers?.length ?? 0) > 1)
      throw refused('Containers other than one')
    if (container.Mode === 'MultiModel') throw refused('PrimaryContainer.Mode MultiModel')
    if (container.ModelPackageName) throw refused('PrimaryContainer.ModelPackageName')
    const dataUri = container.ModelDataUrl ?? container.ModelDataSource?.S3DataSource?.S3Uri ?? ''
    splitUri(dataUri)
    const model = {
      name: input.ModelName,
      arn: resourceArn(context, 'model', input.ModelName),
      createdMs: clock.wallMs(),
      tags: tagsOf(input.Tags ?? []),
      image: checkImage(container.Image),
      dataUri,
      environment: container.Environment ?? {},
      ...(input.ExecutionRoleArn !== undefined && { roleArn: input.ExecutionRoleArn }),
    }
    await models.create(context, model)
    return { ModelArn: model.arn }
  },
}
