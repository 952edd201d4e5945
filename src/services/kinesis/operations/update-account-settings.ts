import type { KinesisOperation } from '../contract.ts'
import { toWireCommitment } from '../wire-commitment.ts'

export const updateAccountSettings: KinesisOperation<'UpdateAccountSettings'> = {
  name: 'UpdateAccountSettings',
  async run({ accounts, clock }, input, { accountId, region }) {
    const scope = { accountId, region }
    const isEnabled = input.MinimumThroughputBillingCommitment.Status === 'ENABLED'
    const commitment = await (isEnabled ? accounts.start(scope) : accounts.end(scope))
    return { MinimumThroughputBillingCommitment: toWireCommitment(commitment, clock.wallMs()) }
  },
}
