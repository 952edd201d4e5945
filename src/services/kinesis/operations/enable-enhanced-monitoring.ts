import type { KinesisOperation } from '../contract.ts'
import { changeShardMetrics } from '../wire-shard-metrics.ts'

export const enableEnhancedMonitoring: KinesisOperation<'EnableEnhancedMonitoring'> = {
  name: 'EnableEnhancedMonitoring',
  refuses: ['StreamId'],
  run(deps, input, context) {
    return changeShardMetrics(deps, input, context, (before, named) => [...before, ...named])
  },
}
