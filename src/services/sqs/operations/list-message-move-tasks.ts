import type { SqsOperation } from '../contract.ts'
import { limits } from '../limits.ts'
import { invalidValue } from '../sqs-errors.ts'
import { sourceOf, wireTask } from '../wire-move.ts'

export const listMessageMoveTasks: SqsOperation<'ListMessageMoveTasks'> = {
  name: 'ListMessageMoveTasks',
  async run({ queues, moves }, { SourceArn = '', MaxResults = 1 }, context) {
    if (MaxResults < 1 || MaxResults > limits.movesListedMax) {
      throw invalidValue(MaxResults, 'MaxResults', 'Must be between 1 and 10, if provided.')
    }
    const source = await sourceOf(queues, SourceArn, context, 'ListMessageMoveTasks')
    const tasks = await moves.tasks.list(source, MaxResults)
    return { Results: tasks.map(wireTask) }
  },
}
