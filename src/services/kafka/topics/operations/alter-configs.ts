import type { KafkaOperation } from '../../../../wire/kafka/operation.ts'
import { alterResources } from '../alter-resource.ts'
import { kafkaError } from '../failure.ts'
import type { TopicsDeps } from '../topics-deps.ts'

/** What is not named goes back to its default. */
export const alterConfigs: KafkaOperation<TopicsDeps, 'alterConfigs'> = {
  name: 'alterConfigs',
  run: (deps, request, context) =>
    alterResources(
      deps,
      request,
      (_, configs) =>
        Object.fromEntries(
          configs.map(({ name, value }) => {
            if (value !== null) return [name, value]
            throw kafkaError('INVALID_REQUEST', `Null value not supported for : ${name}`)
          }),
        ),
      context,
    ),
}
