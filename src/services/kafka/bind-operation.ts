import type { KafkaApiName } from '../../wire/kafka/apis.ts'
import type { BoundKafkaOperation, KafkaOperation } from '../../wire/kafka/operation.ts'

/** Ties an operation to what it needs, once, at start. */
export function bindKafkaOperation<Deps, Name extends KafkaApiName>(
  deps: Deps,
  { name, run }: KafkaOperation<Deps, Name>,
): BoundKafkaOperation {
  return { name, run: (request, context) => run(deps, request as never, context) }
}
