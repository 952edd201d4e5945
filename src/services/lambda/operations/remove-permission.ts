import type { LambdaOperation } from '../contract.ts'
import { functionArn, parseFunctionName } from '../function-names.ts'
import { notFound } from '../lambda-errors.ts'

export const removePermission: LambdaOperation<'RemovePermission'> = {
  name: 'RemovePermission',
  async run({ functions, policies }, input, scope) {
    const target = parseFunctionName(scope, input.FunctionName, input.Qualifier)
    if (!(await functions.find(scope, target.name))) {
      throw notFound(`No policy found for: ${functionArn(scope, target)}`)
    }
    await policies.remove(scope, { ...target, revisionId: input.RevisionId }, input.StatementId)
    return {}
  },
}
