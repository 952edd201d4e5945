import type { LambdaOperation } from '../contract.ts'
import { parseFunctionName } from '../function-names.ts'
import { notFound } from '../lambda-errors.ts'

export const getPolicy: LambdaOperation<'GetPolicy'> = {
  name: 'GetPolicy',
  async run({ functions, policies }, { FunctionName, Qualifier }, scope) {
    const { name, qualifier } = parseFunctionName(scope, FunctionName, Qualifier)
    if (!(await functions.find(scope, name))) {
      throw notFound('The resource you requested does not exist.')
    }
    const { revisionId, statements } = await policies.get(scope, name, qualifier)
    const document = { Version: '2012-10-17', Id: 'default', Statement: statements }
    return { Policy: JSON.stringify(document), RevisionId: revisionId }
  },
}
