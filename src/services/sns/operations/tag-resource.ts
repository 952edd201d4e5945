import type { SnsOperation } from '../contract.ts'
import { invalidParameter } from '../sns-errors.ts'
import { checkTagCount } from '../topics.ts'
import { topicFor } from './wire-topic.ts'

export const tagResource: SnsOperation<'TagResource'> = {
  name: 'TagResource',
  async run(deps, { ResourceArn, Tags = [] }, context) {
    const { arn } = await topicFor(deps, context, ResourceArn, 'TagResource')
    if (new Set(Tags.map(({ Key }) => Key)).size < Tags.length) {
      throw invalidParameter('Duplicated keys are not allowed.')
    }
    const added = Object.fromEntries(Tags.map(({ Key, Value }) => [Key ?? '', Value ?? '']))
    await deps.topics.update(arn, (topic) => {
      const tags = { ...topic.tags, ...added }
      checkTagCount(tags)
      return { ...topic, tags }
    })
    return {}
  },
}
