import type { KinesisOperation } from '../contract.ts'
import { toWireCommitment } from '../wire-commitment.ts'

export const describeAccountSettings: KinesisOperation<'DescribeAccountSettings'> = {
  name: 'DescribeAccountSettings',
  async run({ accounts, clock }, _input, { accountId, region }) {
    const commitment = await accounts.commitment({ accountId, region })
    return { MinimumThroughputBillingCommitment: toWireCommitment(commitment, clock.wallMs()) }
  },
}
