import type { Event, FilterRuleName, NotificationConfigurationFilter } from '@aws-sdk/client-s3'
import type { Input, Output } from '../../../wire/contract.ts'
import type { Bucket } from '../buckets/bucket.ts'
import type { Sdk } from '../contract.ts'
import { invalidArgument } from '../s3-errors.ts'
import type { NotificationRule } from './notification-rules.ts'
import type { GivenRule } from './notification-settings.ts'

type Given = Input<Sdk, 'PutBucketNotificationConfiguration'>['NotificationConfiguration']

export function rulesOf(given: Given): GivenRule[] {
  const {
    LambdaFunctionConfigurations = [],
    QueueConfigurations = [],
    TopicConfigurations = [],
  } = given
  return [
    ...TopicConfigurations.map((one) => ruleOf('sns', one.TopicArn, one)),
    ...QueueConfigurations.map((one) => ruleOf('sqs', one.QueueArn, one)),
    ...LambdaFunctionConfigurations.map((one) => ruleOf('lambda', one.LambdaFunctionArn, one)),
  ]
}

interface Common {
  readonly Id?: string | undefined
  readonly Events: ReadonlyArray<string>
  readonly Filter?: NotificationConfigurationFilter | undefined
}

function ruleOf(
  service: NotificationRule['service'],
  arn: string,
  { Id, Events, Filter }: Common,
): GivenRule {
  const parts: { prefix?: string; suffix?: string } = {}
  for (const { Name = '', Value = '' } of Filter?.Key?.FilterRules ?? []) {
    const name = Name.toLowerCase()
    if (name !== 'prefix' && name !== 'suffix') {
      throw invalidArgument(
        'filter rule name must be either prefix or suffix',
        'FilterRule.Name',
        Name,
      )
    }
    if (parts[name] !== undefined) {
      throw invalidArgument(
        `Cannot specify more than one ${name} rule in a filter.`,
        'FilterRule.Name',
      )
    }
    parts[name] = Value
  }
  return { id: Id, service, arn, events: Events, ...parts }
}

export function configurationOf({
  notificationRules: rules,
  eventBridge,
}: Pick<Bucket, 'notificationRules' | 'eventBridge'>): Output<
  Sdk,
  'GetBucketNotificationConfiguration'
> {
  const of = (service: NotificationRule['service']) =>
    rules.filter((rule) => rule.service === service)
  const topics = of('sns').map((rule) => ({ TopicArn: rule.arn, ...commonMembers(rule) }))
  const queues = of('sqs').map((rule) => ({ QueueArn: rule.arn, ...commonMembers(rule) }))
  const functions = of('lambda').map((rule) => ({
    LambdaFunctionArn: rule.arn,
    ...commonMembers(rule),
  }))
  return {
    ...(topics.length > 0 && { TopicConfigurations: topics }),
    ...(queues.length > 0 && { QueueConfigurations: queues }),
    ...(eventBridge && { EventBridgeConfiguration: {} }),
    ...(functions.length > 0 && { LambdaFunctionConfigurations: functions }),
  }
}

function commonMembers({ id, events, prefix, suffix }: NotificationRule) {
  const filters = [
    ...(prefix === undefined ? [] : [{ Name: capital('Prefix'), Value: prefix }]),
    ...(suffix === undefined ? [] : [{ Name: capital('Suffix'), Value: suffix }]),
  ]
  return {
    Id: id,
    Events: [...events] as Event[],
    ...(filters.length > 0 && { Filter: { Key: { FilterRules: filters } } }),
  }
}

/** AWS: the names come back with a capital, which the SDK's type does not know. */
function capital(name: string): FilterRuleName {
  return name as FilterRuleName
}
