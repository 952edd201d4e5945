import type { Random } from '../../base/random.ts'
import type { Scope } from '../../base/scope.ts'
import type { Aliases } from './aliases.ts'
import type { FunctionTarget } from './function-names.ts'
import { functionArn, isVersion } from './function-names.ts'
import type { FunctionRecord, FunctionVersion } from './function-record.ts'
import type { FunctionVersions } from './function-versions.ts'
import type { Functions } from './functions.ts'
import { LATEST } from './functions.ts'
import { functionNotFound } from './lambda-errors.ts'

/** Finds what a name with a qualifier stands for at this moment. */
export interface FunctionResolver {
  /** An alias of two versions answers either, by weight. Rejects with `ResourceNotFoundException`. */
  resolve(scope: Scope, target: FunctionTarget): Promise<ResolvedFunction>
}

export interface ResolvedFunction {
  readonly record: FunctionRecord
  readonly version: FunctionVersion
  /** With the qualifier of the request, if it had one. */
  readonly arn: string
}

export function createFunctionResolver(deps: {
  readonly functions: Functions
  readonly versions: FunctionVersions
  readonly aliases: Aliases
  readonly random: Random
}): FunctionResolver {
  const { functions, versions, aliases, random } = deps

  return {
    async resolve(scope, target) {
      const { name, qualifier } = target
      const arn = functionArn(scope, target)
      const record = await functions.find(scope, name)
      if (!record) throw functionNotFound(arn)
      if (qualifier === undefined || qualifier === LATEST) {
        return { record, version: record.latest, arn }
      }
      if (isVersion(qualifier)) {
        return { record, version: await versions.get(scope, name, qualifier), arn }
      }
      const alias = await aliases.find(scope, name, qualifier)
      if (!alias) throw functionNotFound(arn)
      const { routing } = alias
      const chosen = routing && random.unit() < routing.weight ? routing.version : alias.version
      return { record, version: await versions.get(scope, name, chosen), arn }
    },
  }
}
