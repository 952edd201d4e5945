import type { EventsOperation } from '../contract.ts'
import { replayArn } from '../replays.ts'

export const cancelReplay: EventsOperation<'CancelReplay'> = {
  name: 'CancelReplay',
  async run({ replays }, { ReplayName }, { accountId, region }) {
    const scope = { accountId, region }
    const { state } = await replays.cancel(scope, ReplayName)
    return { ReplayArn: replayArn(scope, ReplayName), State: state }
  },
}
