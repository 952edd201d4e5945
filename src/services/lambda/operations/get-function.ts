import type { LambdaOperation } from '../contract.ts'
import { parseFunctionName } from '../function-names.ts'
import { toConfiguration } from './wire-configuration.ts'

/** Everything but a link to the code: this build serves none (`Code.Location` stays away). */
export const getFunction: LambdaOperation<'GetFunction'> = {
  name: 'GetFunction',
  async run({ resolver }, { FunctionName, Qualifier }, scope) {
    const target = parseFunctionName(scope, FunctionName, Qualifier)
    const { record, version } = await resolver.resolve(scope, target)
    const { reservedConcurrency, tags } = record
    return {
      Configuration: toConfiguration(scope, target, version),
      Code: { RepositoryType: 'S3' },
      ...(Object.keys(tags).length > 0 && { Tags: { ...tags } }),
      ...(reservedConcurrency !== undefined && {
        Concurrency: { ReservedConcurrentExecutions: reservedConcurrency },
      }),
    }
  },
}
