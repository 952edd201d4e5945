import type { SnsOperation } from '../contract.ts'
import { snsLimits } from '../limits.ts'
import { readToken, tokenOf } from './wire-topic.ts'

export const listTopics: SnsOperation<'ListTopics'> = {
  name: 'ListTopics',
  async run({ topics }, { NextToken }, context) {
    const found = await topics.list(context, readToken(NextToken), snsLimits.pageSize + 1)
    const shown = found.slice(0, snsLimits.pageSize)
    const last = shown.at(-1)
    return {
      Topics: shown.map(({ arn }) => ({ TopicArn: arn })),
      ...(found.length > shown.length && last && { NextToken: tokenOf(last.name) }),
    }
  },
}
