import type { Condition } from '@aws-sdk/client-eventbridge'
import { busArn } from '../bus.ts'
import type { BusStatement } from '../bus-policy.ts'
import { checkedPolicy, withStatement } from '../bus-policy.ts'
import type { EventsOperation } from '../contract.ts'
import { validation } from '../event-errors.ts'

export const putPermission: EventsOperation<'PutPermission'> = {
  name: 'PutPermission',
  async run({ buses }, input, { accountId, region }) {
    const scope = { accountId, region }
    const { Policy, Action, Principal, StatementId, Condition: condition } = input
    const { name } = await buses.get(scope, input.EventBusName)
    const isStatement = [Action, Principal, StatementId].every((one) => one !== undefined)
    const hasParts = [Action, Principal, StatementId, condition].some((one) => one !== undefined)
    if (Policy !== undefined ? hasParts : !isStatement) {
      throw validation('Either Policy, or Action, Principal and StatementId must be specified.')
    }
    if (Policy !== undefined) {
      const policy = checkedPolicy(Policy)
      await buses.change(scope, name, (bus) => ({ ...bus, policy }))
      return {}
    }
    if (Action !== 'events:PutEvents') {
      throw validation("Provided value in parameter 'action' is not supported.")
    }
    const statement: BusStatement = {
      Sid: StatementId ?? '',
      Effect: 'Allow',
      Principal: Principal === '*' ? '*' : { AWS: `arn:aws:iam::${Principal}:root` },
      Action,
      Resource: busArn(scope, name),
      ...(condition && { Condition: conditionOf(condition) }),
    }
    await buses.change(scope, name, (bus) => ({ ...bus, policy: withStatement(bus, statement) }))
    return {}
  },
}

/** AWS: the only one there is (API reference, Condition). */
function conditionOf({ Type, Key, Value }: Condition) {
  if (Type !== 'StringEquals' || Key !== 'aws:PrincipalOrgID') {
    throw validation(
      'Parameter Condition is not valid. Reason: It must be about aws:PrincipalOrgID.',
    )
  }
  return { StringEquals: { [Key]: Value ?? '' } }
}
