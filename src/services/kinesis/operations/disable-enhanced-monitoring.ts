import type { KinesisOperation } from '../contract.ts'
import { changeShardMetrics } from '../wire-shard-metrics.ts'

export const disableEnhancedMonitoring: KinesisOperation<'DisableEnhancedMonitoring'> = {
  name: 'DisableEnhancedMonitoring',
  refuses: ['StreamId'],
  run(deps, input, context) {
    return changeShardMetrics(deps, input, context, (before, named) =>
      before.filter((metric) => !named.includes(metric)),
    )
  },
}
