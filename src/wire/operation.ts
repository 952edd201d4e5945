import { assert } from '../base/assert.ts'
import type { Logger } from '../base/logger.ts'
import type { Scope } from '../base/scope.ts'
import type { Input, OperationName, Output } from './contract.ts'

/**
 * Who asks, for what, and until when. Account and region come from the verified signature. Not to be
 * copied by spreading: `signal` and `log` are made when asked for.
 */
export interface RequestContext extends Scope {
  readonly requestId: string
  readonly accessKeyId: string
  /** `arn:aws:iam::…` of the caller. */
  readonly callerArn: string
  /** How he proved it; absent for an anonymous caller (S3 only), whose account and names are empty. */
  readonly proof?: Proof | undefined
  /** An object comes as the file of a web form. */
  readonly isForm?: boolean
  /** Base URL by which the caller reached us, such as `http://127.0.0.1:4566`. */
  readonly endpoint: string
  readonly sourceAddress: string
  /** Request headers as sent (lower-case names), for the few operations that need one. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Aborts when the caller goes away or the server drains. */
  readonly signal: AbortSignal
  readonly log: Logger
}

/** As the condition keys `s3:authType` and `s3:signatureversion` have it. */
export interface Proof {
  readonly authType: 'REST-HEADER' | 'REST-QUERY-STRING' | 'POST'
  readonly version: 'AWS' | 'AWS4-HMAC-SHA256'
}

/** One operation of a service: its AWS name and what it does. It lives in a file of its own. */
export interface Operation<Deps, Sdk, Name extends OperationName<Sdk>> {
  readonly name: Name
  /**
   * Top-level members of the input that this build cannot honour: a request that sets one is
   * refused by name (`headrace_unsupported_total`) before `run` is called.
   */
  readonly refuses?: ReadonlyArray<keyof Input<Sdk, Name> & string>
  /**
   * Promises that nothing uses the blobs of the input once `run` has resolved, neither the output nor
   * what goes on behind it: their memory is used again.
   */
  readonly keepsNoInput?: true
  readonly run: (
    deps: Deps,
    input: Input<Sdk, Name>,
    context: RequestContext,
  ) => Promise<Output<Sdk, Name>>
}

/** An operation as the server calls it: shape-checked input in, wire-named output out. */
export interface BoundOperation {
  readonly name: string
  readonly refuses: ReadonlyArray<string>
  readonly keepsNoInput: boolean
  readonly run: (input: unknown, context: RequestContext) => Promise<unknown>
}

/** A request that was answered, as a log of accesses tells of it. */
export interface AnsweredRequest {
  readonly operation: string
  readonly input: unknown
  readonly context: RequestContext
  readonly method: string
  /** Path and query as sent. */
  readonly target: string
  readonly requestHeaders: Readonly<Record<string, string | undefined>>
  readonly responseHeaders: Readonly<Record<string, string | undefined>>
  readonly status: number
  readonly errorCode?: string | undefined
  readonly sentBytes: number
  /** When it came. */
  readonly atMs: number
  /** Until the last byte of the answer was out. */
  readonly totalMs: number
  /** Until the answer began. */
  readonly turnAroundMs: number
}

/** What a service hands the server. */
export interface Service {
  /** Name of its model: the client package without `@aws-sdk/client-` (`kinesis`, `s3`, …). */
  readonly name: string
  readonly operations: ReadonlyMap<string, BoundOperation>
  /**
   * Asked before an operation runs: throws when the caller may not, else names the account in whose
   * name it runs. Anonymous callers reach only services that have this.
   */
  readonly authorize?: (
    operation: string,
    input: unknown,
    context: RequestContext,
  ) => Promise<string>
  /** Told of each request to one of its operations that was answered; must not throw. */
  readonly observe?: (request: AnsweredRequest) => void
  /** What a web page of another origin is told by a browser's rules (CORS). */
  readonly crossOrigin?: CrossOrigin
  /** Buckets that are web sites. */
  readonly webSites?: WebSites
  /** Its background loops; resolves when the signal has aborted and all of them are at rest. */
  readonly start?: (signal: AbortSignal) => Promise<void>
}

export interface CrossOrigin {
  /** Headers of the answer to a page of this origin; none when no rule allows it. */
  headers(question: CrossOriginQuestion): Promise<Readonly<Record<string, string>>>
  /** The answer to a preflight. Throws when no rule allows what it asks for. */
  preflight(
    question: CrossOriginQuestion & { readonly headers: ReadonlyArray<string> },
  ): Promise<Readonly<Record<string, string>>>
}

export interface WebSites {
  /** Throws when the bucket is not there, or is no web site. */
  find(bucket: string): Promise<WebSite>
}

/** What a web site does beside showing the object of a key. */
export interface WebSite {
  /** What is shown of a folder: behind a key that ends with a slash, or is empty. */
  readonly indexSuffix: string
  /** What is shown with an error. */
  readonly errorKey: string | undefined
  /** Where else the request goes, before anything is looked for. */
  enter(request: WebSiteRequest): Redirection | undefined
  /** Where it goes when what it asks for was refused. */
  refused(request: WebSiteRequest, status: number): Redirection | undefined
}

export interface WebSiteRequest {
  readonly host: string
  readonly protocol: 'http' | 'https'
  /** As asked for, decoded, without the slash before it. */
  readonly key: string
}

export interface Redirection {
  readonly status: number
  readonly location: string
}

export interface CrossOriginQuestion {
  /** In path style, percent-encoded. */
  readonly rawPath: string
  readonly origin: string
  readonly method: string
}

interface AnyOperation<Deps> {
  readonly name: string
  readonly refuses?: ReadonlyArray<string>
  readonly keepsNoInput?: true
  readonly run: (deps: Deps, input: never, context: RequestContext) => Promise<unknown>
}

/** Ties operations to what they need, once, at start. */
export function bindOperations<Deps>(
  deps: Deps,
  operations: ReadonlyArray<AnyOperation<Deps>>,
): ReadonlyMap<string, BoundOperation> {
  const byName = new Map<string, BoundOperation>()
  for (const { name, refuses = [], keepsNoInput = false, run } of operations) {
    assert(!byName.has(name), `operation ${name} is listed twice`)
    byName.set(name, {
      name,
      refuses,
      keepsNoInput,
      run: (input, context) => run(deps, input as never, context),
    })
  }
  return byName
}
