import { formatArn } from '../../base/arn.ts'
import type { Scope } from '../../base/scope.ts'

/** A queue as it is stored. */
export interface Queue {
  /** Of this queue alone: one that is made again under the name has another, and no old message. */
  readonly id: string
  readonly name: string
  readonly createdMs: number
  readonly modifiedMs: number
  readonly settings: QueueSettings
  readonly tags: Readonly<Record<string, string>>
  readonly purgedMs?: number
}

export interface QueueSettings {
  readonly fifo: boolean
  readonly delaySeconds: number
  readonly messageBytesMax: number
  readonly retentionSeconds: number
  readonly waitSeconds: number
  readonly visibilitySeconds: number
  readonly contentDeduplication: boolean
  readonly deduplicationScope: 'queue' | 'messageGroup'
  readonly throughputLimit: 'perQueue' | 'perMessageGroupId'
  /** By keys of SQS's own. */
  readonly managedEncryption: boolean
  /** By this key of KMS, in the form that it was given in. */
  readonly kmsKeyId?: string
  readonly dataKeySeconds?: number
  /** The document as it was given. */
  readonly policy?: string
  readonly redrive?: Redrive
  readonly redriveAllow?: RedriveAllow
}

/** Where messages go that were received too often. */
export interface Redrive {
  readonly deadLetterArn: string
  readonly receivesMax: number
}

export interface RedriveAllow {
  readonly permission: 'allowAll' | 'denyAll' | 'byQueue'
  readonly sourceArns?: ReadonlyArray<string>
}

/** A queue and whose it is. */
export interface OwnedQueue extends Queue {
  readonly scope: Scope
}

export function queueArn({ accountId, region }: Scope, name: string): string {
  return formatArn({ service: 'sqs', region, accountId, resource: name })
}
