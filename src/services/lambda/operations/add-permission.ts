import type { LambdaOperation } from '../contract.ts'
import { functionArn, parseFunctionName } from '../function-names.ts'
import { invalidParameter, unsupported } from '../lambda-errors.ts'
import type { PolicyStatement } from '../policies.ts'

export const addPermission: LambdaOperation<'AddPermission'> = {
  name: 'AddPermission',
  async run({ resolver, policies }, input, scope) {
    if (input.FunctionUrlAuthType !== undefined || input.InvokedViaFunctionUrl) {
      throw unsupported('A permission for function URLs')
    }
    const target = parseFunctionName(scope, input.FunctionName, input.Qualifier)
    if (target.qualifier === '$LATEST') {
      throw invalidParameter('We currently do not support adding policies for $LATEST.')
    }
    await resolver.resolve(scope, target)
    const conditions = conditionsOf(input)
    const statement: PolicyStatement = {
      Sid: input.StatementId,
      Effect: 'Allow',
      Principal: principalOf(input.Principal),
      Action: input.Action,
      Resource: functionArn(scope, target),
      ...(Object.keys(conditions).length > 0 && { Condition: conditions }),
    }
    await policies.add(scope, { ...target, revisionId: input.RevisionId }, statement)
    return { Statement: JSON.stringify(statement) }
  },
}

/** AWS: how the three kinds of principals are written in the policy (recorded). */
function principalOf(text: string): PolicyStatement['Principal'] {
  if (text === '*') return '*'
  if (/^\d{12}$/.test(text)) return { AWS: `arn:aws:iam::${text}:root` }
  if (text.startsWith('arn:')) return { AWS: text }
  if (/^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$/.test(text)) return { Service: text }
  throw invalidParameter(
    'The provided principal was invalid. Please check the principal and try again.',
  )
}

function conditionsOf(input: {
  readonly SourceArn?: string | undefined
  readonly SourceAccount?: string | undefined
  readonly PrincipalOrgID?: string | undefined
  readonly EventSourceToken?: string | undefined
}) {
  const equals = {
    ...(input.SourceAccount && { 'AWS:SourceAccount': input.SourceAccount }),
    ...(input.PrincipalOrgID && { 'aws:PrincipalOrgID': input.PrincipalOrgID }),
    ...(input.EventSourceToken && { 'lambda:EventSourceToken': input.EventSourceToken }),
  }
  return {
    ...(Object.keys(equals).length > 0 && { StringEquals: equals }),
    ...(input.SourceArn && { ArnLike: { 'AWS:SourceArn': input.SourceArn } }),
  }
}
