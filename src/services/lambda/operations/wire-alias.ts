import type { AliasConfiguration, AliasRoutingConfiguration } from '@aws-sdk/client-lambda'
import type { Scope } from '../../../base/scope.ts'
import type { Alias } from '../aliases.ts'
import { functionArn } from '../function-names.ts'
import { invalidParameter } from '../lambda-errors.ts'

export function toAlias(scope: Scope, functionName: string, alias: Alias): AliasConfiguration {
  const { name, version, description, routing, revisionId } = alias
  return {
    AliasArn: functionArn(scope, { name: functionName, qualifier: name }),
    Name: name,
    FunctionVersion: version,
    Description: description,
    RevisionId: revisionId,
    ...(routing && {
      RoutingConfig: { AdditionalVersionWeights: { [routing.version]: routing.weight } },
    }),
  }
}

/** Undefined when no second version is asked for. */
export function readRouting(config: AliasRoutingConfiguration | undefined): Alias['routing'] {
  const [entry, ...others] = Object.entries(config?.AdditionalVersionWeights ?? {})
  if (others.length > 0) {
    throw invalidParameter('Number of items in AdditionalVersionWeights cannot be greater than 1')
  }
  return entry && { version: entry[0], weight: entry[1] }
}
