import { parseArn } from '../../base/arn.ts'
import { ServiceError } from '../../base/errors.ts'
import { parsePolicy } from '../iam/policy-parsing.ts'
import { limits } from './limits.ts'
import type { QueueSettings, Redrive, RedriveAllow } from './queue.ts'
import { invalidAttributeValue, unknownAttribute } from './sqs-errors.ts'

type Given = Readonly<Record<string, string>>
type Draft = { -readonly [Name in keyof QueueSettings]: QueueSettings[Name] }

export const defaultSettings: QueueSettings = {
  fifo: false,
  delaySeconds: 0,
  messageBytesMax: limits.messageBytesMax,
  retentionSeconds: 345_600,
  waitSeconds: 0,
  visibilitySeconds: 30,
  contentDeduplication: false,
  deduplicationScope: 'queue',
  throughputLimit: 'perQueue',
  managedEncryption: true,
}

/** KmsDataKeyReusePeriodSeconds (API reference). */
const DATA_KEY_SECONDS = 300

const numbers = {
  DelaySeconds: ['delaySeconds', 0, limits.delaySecondsMax],
  MaximumMessageSize: ['messageBytesMax', limits.messageBytesMin, limits.messageBytesMax],
  MessageRetentionPeriod: [
    'retentionSeconds',
    limits.retentionSecondsMin,
    limits.retentionSecondsMax,
  ],
  ReceiveMessageWaitTimeSeconds: ['waitSeconds', 0, limits.waitSecondsMax],
  VisibilityTimeout: ['visibilitySeconds', 0, limits.visibilitySecondsMax],
} as const
const fifoOnly = ['ContentBasedDeduplication', 'DeduplicationScope', 'FifoThroughputLimit']

/** The settings with what was given; `InvalidAttributeName` and `…Value` as SQS says them. */
export function changedSettings(
  current: QueueSettings,
  given: Given,
  { isNew }: { readonly isNew: boolean },
): QueueSettings {
  const draft: Draft = { ...current }
  for (const [name, value] of Object.entries(given)) {
    if (name === 'FifoQueue') checkFifo(current, value, isNew)
    else if (name in numbers) setNumber(draft, name as keyof typeof numbers, value)
    else setOther(draft, name, value)
  }
  settleEncryption(draft, given)
  if (
    draft.throughputLimit === 'perMessageGroupId' &&
    draft.deduplicationScope !== 'messageGroup'
  ) {
    throw invalidAttributeValue(
      'FifoThroughputLimit',
      'FifoThroughputLimit can be perMessageGroupId only with DeduplicationScope messageGroup.',
    )
  }
  return draft
}

function checkFifo({ fifo }: QueueSettings, value: string, isNew: boolean): void {
  if (value === String(fifo) && (fifo || !isNew)) return
  if (isNew) throw unknownAttribute('FifoQueue')
  throw invalidAttributeValue('FifoQueue', 'Modifying queue type is not supported.')
}

function setNumber(draft: Draft, name: keyof typeof numbers, text: string): void {
  const [setting, least, most] = numbers[name]
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < least || value > most) throw invalidAttributeValue(name)
  draft[setting] = value
}

function setOther(draft: Draft, name: string, value: string): void {
  if (fifoOnly.includes(name) && !draft.fifo) {
    if (name === 'ContentBasedDeduplication') throw unknownAttribute(name)
    throw new ServiceError(
      'InvalidAttributeName',
      `You can specify the ${name} only when FifoQueue is set to true.`,
    )
  }
  switch (name) {
    case 'ContentBasedDeduplication':
      draft.contentDeduplication = flag(name, value)
      return
    case 'DeduplicationScope':
      draft.deduplicationScope = oneOf(name, value, ['queue', 'messageGroup'])
      return
    case 'FifoThroughputLimit':
      draft.throughputLimit = oneOf(name, value, ['perQueue', 'perMessageGroupId'])
      return
    case 'SqsManagedSseEnabled':
      draft.managedEncryption = flag(name, value)
      return
    case 'Policy':
      setOrClear(draft, 'policy', value, (text) => policyOf(text))
      return
    case 'RedrivePolicy':
      setOrClear(draft, 'redrive', value, redriveOf)
      return
    case 'RedriveAllowPolicy':
      setOrClear(draft, 'redriveAllow', value, redriveAllowOf)
      return
    case 'KmsMasterKeyId':
      setOrClear(draft, 'kmsKeyId', value, (text) => text)
      return
    case 'KmsDataKeyReusePeriodSeconds':
      draft.dataKeySeconds = dataKeySecondsOf(value)
      return
    default:
      throw unknownAttribute(name)
  }
}

function setOrClear<Name extends 'policy' | 'redrive' | 'redriveAllow' | 'kmsKeyId'>(
  draft: Draft,
  name: Name,
  text: string,
  read: (text: string) => NonNullable<Draft[Name]>,
): void {
  if (text === '') delete draft[name]
  else draft[name] = read(text)
}

/** AWS: a key of KMS takes the place of SQS's own encryption, and the other way round. */
function settleEncryption(draft: Draft, given: Given): void {
  const wantsKms = Boolean(given['KmsMasterKeyId'])
  const wantsOwn = given['SqsManagedSseEnabled'] === 'true'
  if (wantsKms && wantsOwn) {
    throw invalidAttributeValue(
      'SqsManagedSseEnabled',
      'You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.',
    )
  }
  if (wantsKms) draft.managedEncryption = false
  if (wantsOwn) delete draft.kmsKeyId
}

function dataKeySecondsOf(text: string): number {
  const value = Number(text)
  const isKept =
    /^\d+$/.test(text) && value >= limits.dataKeySecondsMin && value <= limits.dataKeySecondsMax
  if (!isKept) throw invalidAttributeValue('KmsDataKeyReusePeriodSeconds')
  return value
}

function flag(name: string, value: string): boolean {
  return oneOf(name, value, ['true', 'false']) === 'true'
}

function oneOf<Value extends string>(name: string, value: string, all: ReadonlyArray<Value>) {
  const found = all.find((one) => one === value)
  if (found === undefined) throw invalidAttributeValue(name)
  return found
}

function policyOf(text: string): string {
  try {
    parsePolicy(text)
    return text
  } catch (error) {
    throw invalidAttributeValue('Policy', error instanceof Error ? error.message : undefined)
  }
}

function jsonOf(name: string, text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return { ...value }
  } catch {
    // Said below, for other values that are no object as well.
  }
  throw invalidAttributeValue(name, 'Redrive policy is not a valid JSON map.')
}

function redriveOf(text: string): Redrive {
  const { deadLetterTargetArn, maxReceiveCount } = jsonOf('RedrivePolicy', text)
  const receivesMax = Number(maxReceiveCount)
  if (parseArn(String(deadLetterTargetArn))?.service !== 'sqs') {
    throw invalidAttributeValue('RedrivePolicy', 'Invalid value for deadLetterTargetArn.')
  }
  if (!Number.isInteger(receivesMax) || receivesMax < 1 || receivesMax > limits.receiveCountMax) {
    throw invalidAttributeValue(
      'RedrivePolicy',
      `Invalid value for maxReceiveCount: ${maxReceiveCount}, valid values are from 1 to 1000 both inclusive.`,
    )
  }
  return { deadLetterArn: String(deadLetterTargetArn), receivesMax }
}

function redriveAllowOf(text: string): RedriveAllow {
  const { redrivePermission, sourceQueueArns } = jsonOf('RedriveAllowPolicy', text)
  const permission = oneOf('RedriveAllowPolicy', String(redrivePermission), [
    'allowAll',
    'denyAll',
    'byQueue',
  ] as const)
  const sourceArns = Array.isArray(sourceQueueArns) ? sourceQueueArns.map(String) : undefined
  const isListed = permission === 'byQueue'
  if (
    isListed !== (sourceArns !== undefined) ||
    (sourceArns?.length ?? 0) > limits.allowedSourcesMax
  ) {
    throw invalidAttributeValue('RedriveAllowPolicy')
  }
  return { permission, ...(sourceArns && { sourceArns }) }
}

/** The settings under their wire names. */
export function wireSettings(settings: QueueSettings): Record<string, string> {
  const { policy, redrive, redriveAllow } = settings
  return {
    VisibilityTimeout: String(settings.visibilitySeconds),
    MaximumMessageSize: String(settings.messageBytesMax),
    MessageRetentionPeriod: String(settings.retentionSeconds),
    DelaySeconds: String(settings.delaySeconds),
    ReceiveMessageWaitTimeSeconds: String(settings.waitSeconds),
    SqsManagedSseEnabled: String(settings.managedEncryption),
    ...(settings.kmsKeyId !== undefined && {
      KmsMasterKeyId: settings.kmsKeyId,
      KmsDataKeyReusePeriodSeconds: String(settings.dataKeySeconds ?? DATA_KEY_SECONDS),
    }),
    ...(policy !== undefined && { Policy: policy }),
    ...(redrive && {
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: redrive.deadLetterArn,
        maxReceiveCount: redrive.receivesMax,
      }),
    }),
    ...(redriveAllow && {
      RedriveAllowPolicy: JSON.stringify({
        redrivePermission: redriveAllow.permission,
        ...(redriveAllow.sourceArns && { sourceQueueArns: redriveAllow.sourceArns }),
      }),
    }),
    ...(settings.fifo && {
      FifoQueue: 'true',
      ContentBasedDeduplication: String(settings.contentDeduplication),
      DeduplicationScope: settings.deduplicationScope,
      FifoThroughputLimit: settings.throughputLimit,
    }),
  }
}
