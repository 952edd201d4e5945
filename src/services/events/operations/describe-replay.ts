import { busArn } from '../bus.ts'
import type { EventsOperation } from '../contract.ts'
import { replayArn } from '../replays.ts'
import { wireReplay } from '../wire-replay.ts'

export const describeReplay: EventsOperation<'DescribeReplay'> = {
  name: 'DescribeReplay',
  async run({ replays }, { ReplayName }, { accountId, region }) {
    const scope = { accountId, region }
    const replay = await replays.get(scope, ReplayName)
    const { description, busName, ruleArns } = replay
    return {
      ...wireReplay(scope, replay),
      ReplayArn: replayArn(scope, ReplayName),
      ...(description !== undefined && { Description: description }),
      Destination: {
        Arn: busArn(scope, busName),
        ...(ruleArns && { FilterArns: [...ruleArns] }),
      },
    }
  },
}
