/**
 * The model of one service as `scripts/extract-models.ts` writes it to `dist/models/<service>.json`:
 * the static schemas of the AWS SDK client, its enums, and the lengths, ranges and patterns of
 * `scripts/constraints`. Nothing here is computed at run time.
 */
export interface ModelData {
  /** The client package without `@aws-sdk/client-`. */
  readonly name: string
  readonly protocol: Protocol
  /** What stands before the operation in `X-Amz-Target`; also the service name of CBOR paths. */
  readonly target: string
  readonly version: string
  readonly signingName: string
  readonly xmlNamespace?: string
  /** Errors carry `x-amzn-query-error`, for clients of the time when the service spoke awsQuery. */
  readonly queryCompatible?: true
  readonly shapes: ReadonlyArray<ShapeData>
  readonly operations: Readonly<Record<string, OperationData>>
  /** Modelled errors by name: number of the shape. */
  readonly errors: Readonly<Record<string, number>>
  readonly enums: Readonly<Record<string, ReadonlyArray<string>>>
}

export type Protocol =
  | 'awsJson1_0'
  | 'awsJson1_1'
  | 'awsQuery'
  | 'restJson1'
  | 'restXml'
  | 'rpcv2Cbor'

export interface OperationData {
  /** Absent: the operation takes (or gives) nothing. */
  readonly input?: number
  readonly output?: number
  readonly http?: readonly [method: string, path: string, status: number]
}

export type ShapeData =
  | { readonly kind: 'list'; readonly element: MemberData }
  | { readonly kind: 'map'; readonly key: MemberData; readonly value: MemberData }
  | {
      readonly kind: 'structure' | 'union'
      readonly name: string
      readonly members: ReadonlyArray<MemberData>
      readonly traits?: Traits
    }

export type ScalarName =
  | 'string'
  | 'number'
  | 'boolean'
  | 'timestamp'
  | 'date-time'
  | 'http-date'
  | 'epoch-seconds'
  | 'document'
  | 'blob'
  | 'streaming-blob'

export interface MemberData {
  readonly name: string
  /** A scalar, or the number of a shape. */
  readonly target: ScalarName | number
  readonly required?: true
  readonly traits?: Traits
  readonly limits?: Limits
}

/** The Smithy traits that matter on the wire, by their Smithy names. */
export interface Traits {
  readonly awsQueryError?: readonly [code: string, status: number]
  readonly error?: 'client' | 'server'
  readonly eventHeader?: 1
  readonly eventPayload?: 1
  readonly httpError?: number
  readonly httpHeader?: string
  readonly httpLabel?: 1
  readonly httpPayload?: 1
  readonly httpPrefixHeaders?: string
  readonly httpQuery?: string
  readonly httpQueryParams?: 1
  readonly httpResponseCode?: 1
  readonly jsonName?: string
  readonly mediaType?: string
  readonly sensitive?: 1
  readonly sparse?: 1
  readonly streaming?: 1
  readonly xmlAttribute?: 1
  readonly xmlFlattened?: 1
  readonly xmlName?: string
  readonly xmlNamespace?: readonly [prefix: string, uri: string]
}

/** What a member's value must satisfy beyond its type. */
export interface Limits {
  /** Of a number: its value. Of a string, blob, list or map: its length. */
  readonly min?: number
  readonly max?: number
  /** Java flavoured regular expression for the whole value. */
  readonly pattern?: string
  /** Name of the set of values (`ModelData.enums`). */
  readonly enum?: string
  readonly number?: 'integer' | 'long' | 'float' | 'double'
  readonly element?: Limits
  readonly key?: Limits
  readonly value?: Limits
}

/** `dist/models/index.json`: what must be known before a model is loaded. */
export interface ModelIndex {
  /** Hash of all that the models were made from. */
  readonly madeFrom: string
  readonly services: ReadonlyArray<ServiceSummary>
}

export interface ServiceSummary {
  readonly name: string
  readonly protocol: Protocol
  readonly target: string
  readonly version: string
  readonly signingName: string
  /** Its clients of the time when it spoke awsQuery are understood still. */
  readonly queryCompatible?: true
  /** Every operation that AWS has, built here or not. */
  readonly operations: ReadonlyArray<string>
}
