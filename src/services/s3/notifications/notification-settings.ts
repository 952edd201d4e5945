import type { Clock } from '../../../base/clock.ts'
import { dateOf } from '../../../base/clock.ts'
import { ServiceError } from '../../../base/errors.ts'
import type { EventSender, EventTarget } from '../../../base/event-target.ts'
import type { Random } from '../../../base/random.ts'
import type { Bucket } from '../buckets/bucket.ts'
import type { Buckets } from '../buckets/buckets.ts'
import { FILTER_BYTES_MAX, NOTIFICATION_RULES_MAX } from '../limits.ts'
import { invalidArgument, notSupported } from '../s3-errors.ts'
import { testMessage } from './event-record.ts'
import { senderOf } from './event-sender.ts'
import type { NotificationRule } from './notification-rules.ts'
import { findOverlap, servedEventTypes } from './notification-rules.ts'

/** Rules as a caller gives them. */
export type GivenRule = Omit<NotificationRule, 'id'> & { readonly id?: string | undefined }

export interface NotificationSettings {
  /** Replaces the rules of the bucket, when every destination is there and none overlap. */
  replace(
    bucket: Bucket,
    rules: ReadonlyArray<GivenRule>,
    options: {
      readonly skipValidation: boolean
      readonly requestId: string
      /** Whether every event goes to the default event bus of the account as well. */
      readonly eventBridge: boolean
    },
  ): Promise<void>
}

const notThere: Readonly<Record<NotificationRule['service'], (arn: string) => string>> = {
  lambda: (arn) => `Not authorized to invoke function [${arn}]`,
  sqs: () => 'The destination queue does not exist',
  sns: () => 'The destination topic does not exist',
}

export function createNotificationSettings(deps: {
  readonly buckets: Buckets
  readonly targets: ReadonlyMap<string, EventTarget>
  readonly clock: Clock
  readonly random: Random
}): NotificationSettings {
  const { buckets, targets, clock, random } = deps

  async function requireDestination(
    { service, arn }: NotificationRule,
    sender: EventSender,
  ): Promise<void> {
    const target = targets.get(service)
    if (!target) throw notSupported(`A bucket notification to ${service}`)
    try {
      await target.validate(arn, sender)
    } catch (cause) {
      const fields = { ArgumentName1: `${arn}, null`, ArgumentValue1: notThere[service](arn) }
      throw new ServiceError(
        'InvalidArgument',
        'Unable to validate the following destination configurations',
        { fields, cause },
      )
    }
  }

  // AWS: a queue or topic gets a test event when it becomes a destination; a function does not.
  async function sendTest(bucket: Bucket, rule: NotificationRule, requestId: string) {
    if (rule.service === 'lambda') return
    const time = dateOf(clock.wallMs()).toISOString()
    const body = testMessage(bucket.name, time, requestId)
    await targets.get(rule.service)?.deliver(rule.arn, { body }, senderOf(bucket))
  }

  return {
    async replace(bucket, given, { skipValidation, requestId, eventBridge }) {
      if (eventBridge && !targets.has('events')) throw notSupported('EventBridgeConfiguration')
      const rules = given.map(({ id, ...rule }) => ({ id: id || random.uuid(), ...rule }))
      for (const rule of rules) checkRule(rule)
      checkTogether(rules)
      for (const rule of rules) {
        if (!targets.has(rule.service))
          throw notSupported(`A bucket notification to ${rule.service}`)
        if (skipValidation) continue
        await requireDestination(rule, senderOf(bucket))
        await sendTest(bucket, rule, requestId)
      }
      await buckets.change(bucket.accountId, bucket.name, (one) => ({
        ...one,
        notificationRules: rules,
        eventBridge,
      }))
    },
  }
}

function checkRule({ service, arn, events, prefix = '', suffix = '' }: NotificationRule): void {
  const [head, , named, , , ...resource] = arn.split(':')
  if (head !== 'arn' || named !== service || resource.join(':') === '') {
    throw invalidArgument('The ARN could not be parsed', argumentNames[service], arn)
  }
  for (const event of events) {
    if (servedEventTypes.has(event)) continue
    if (knownEventTypes.test(event)) throw notSupported(`The event type ${event}`)
    throw invalidArgument('The event is not supported for notifications', 'Event', event)
  }
  if (
    Buffer.byteLength(prefix) > FILTER_BYTES_MAX ||
    Buffer.byteLength(suffix) > FILTER_BYTES_MAX
  ) {
    throw invalidArgument('Size of filter rule value cannot exceed 1024 bytes', 'FilterRule.Value')
  }
}

const knownEventTypes =
  /^s3:(ReducedRedundancyLostObject|ObjectCreated|ObjectRemoved|ObjectRestore|Replication|ObjectTagging|ObjectAcl|LifecycleExpiration|LifecycleTransition|IntelligentTiering|ObjectAnnotation)(:.+)?$/

const argumentNames: Readonly<Record<NotificationRule['service'], string>> = {
  lambda: 'CloudFunction',
  sqs: 'Queue',
  sns: 'Topic',
}

function checkTogether(rules: ReadonlyArray<NotificationRule>): void {
  if (rules.length > NOTIFICATION_RULES_MAX) {
    throw invalidArgument(
      `The notification configuration cannot have more than ${NOTIFICATION_RULES_MAX} entries`,
    )
  }
  if (new Set(rules.map(({ id }) => id)).size < rules.length) {
    throw invalidArgument('Same ID used for multiple configurations. IDs must be unique')
  }
  if (findOverlap(rules)) {
    throw invalidArgument(
      'Configurations overlap. Configurations on the same bucket cannot share a common event type.',
    )
  }
}
