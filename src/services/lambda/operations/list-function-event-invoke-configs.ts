import type { LambdaOperation } from '../contract.ts'
import { parseFunctionName } from '../function-names.ts'
import { notFound } from '../lambda-errors.ts'
import { toInvokeConfig } from './wire-invoke-config.ts'
import { pageOfAll } from './wire-page.ts'

export const listFunctionEventInvokeConfigs: LambdaOperation<'ListFunctionEventInvokeConfigs'> = {
  name: 'ListFunctionEventInvokeConfigs',
  async run({ functions, invokeConfigs }, input, scope) {
    const { name } = parseFunctionName(scope, input.FunctionName)
    if (!(await functions.find(scope, name))) throw notFound("The function doesn't exist.")
    const all = await invokeConfigs.all(scope, name)
    const { items, next } = pageOfAll(all, input, ({ qualifier }) => qualifier)
    const FunctionEventInvokeConfigs = items.map((config) =>
      toInvokeConfig(scope, { name, qualifier: config.qualifier }, config),
    )
    return { FunctionEventInvokeConfigs, ...next }
  },
}
