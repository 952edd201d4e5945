import type { LambdaOperation } from '../contract.ts'
import { parseFunctionName } from '../function-names.ts'
import { toMapping } from './wire-mapping.ts'
import { pageOfAll } from './wire-page.ts'

export const listEventSourceMappings: LambdaOperation<'ListEventSourceMappings'> = {
  name: 'ListEventSourceMappings',
  async run({ mappings }, input, scope) {
    const target = input.FunctionName ? parseFunctionName(scope, input.FunctionName) : undefined
    const all = (await mappings.all(scope)).filter(
      (mapping) =>
        (input.EventSourceArn === undefined || mapping.sourceArn === input.EventSourceArn) &&
        (target === undefined ||
          (mapping.target.name === target.name && mapping.target.qualifier === target.qualifier)),
    )
    const { items, next } = pageOfAll(all, input, ({ id }) => id)
    return { EventSourceMappings: items.map((mapping) => toMapping(scope, mapping)), ...next }
  },
}
