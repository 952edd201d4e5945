import type { AccountSettings } from './account-settings.ts'
import { WARM_MIBPS_MAX } from './limits.ts'
import type { StreamKey, StreamMode } from './stream.ts'
import { invalidRequest, limitExceeded } from './stream-errors.ts'

/** Throws when a stream of that mode cannot have this warm throughput. */
export async function refuseWarmth(
  accounts: AccountSettings,
  key: StreamKey,
  mode: StreamMode,
  mibps: number | undefined,
): Promise<void> {
  if (mibps === undefined) return
  if (mode !== 'ON_DEMAND') {
    throw invalidRequest(
      `Stream ${key.name} under account ${key.accountId} is in PROVISIONED mode: warm throughput ` +
        'is only supported for streams in ON_DEMAND mode.',
    )
  }
  if (!(await accounts.isAdvantage(key))) {
    throw invalidRequest(
      'Warm throughput is only supported in accounts that have MinimumThroughputBillingCommitment enabled.',
    )
  }
  if (mibps > WARM_MIBPS_MAX) {
    throw limitExceeded(
      `Warm throughput of stream ${key.name} under account ${key.accountId} cannot be more than ` +
        `${WARM_MIBPS_MAX} MiB per second.`,
    )
  }
}
