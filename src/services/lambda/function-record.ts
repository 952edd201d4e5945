import type { StoredCode } from './code-store.ts'

/** What a client sets of a function; what was not set has its default. */
export interface FunctionSettings {
  readonly role: string
  readonly runtime: string
  readonly handler: string
  readonly description: string
  readonly timeoutSeconds: number
  readonly memoryMegabytes: number
  readonly ephemeralMegabytes: number
  readonly architecture: string
  readonly environment?: Readonly<Record<string, string>>
  /** Of another name than `/aws/lambda/<function>`. */
  readonly logGroup?: string
  /** ARN of the queue or topic for events that failed for good. */
  readonly deadLetterArn?: string
}

/** `$LATEST` or a published version: settings and code, as they are invoked. */
export interface FunctionVersion {
  /** `$LATEST` or a number. */
  readonly version: string
  readonly settings: FunctionSettings
  readonly code: StoredCode
  readonly revisionId: string
  readonly modifiedMs: number
}

/** A function with all that belongs to it as a whole. */
export interface FunctionRecord {
  readonly name: string
  readonly latest: FunctionVersion
  readonly nextVersion: number
  /** What was published last, and of which state of `$LATEST`. */
  readonly published?: { readonly version: string; readonly revisionId: string }
  readonly reservedConcurrency?: number
  readonly tags: Readonly<Record<string, string>>
}

/** The collections in which they are kept. */
export const FUNCTIONS = 'lambda/function'
export const VERSIONS = 'lambda/version'
export const VERSIONS_MAX = 100_000
