/*
 * The notation of `schemas/`: Kafka's messages as data, from which their types follow. Versions are
 * numbers of the message a field stands in. What is not said of a field: it is in all versions of
 * what it stands in, is never null, and its default is zero, empty or false.
 */

export type ScalarKind =
  | 'bool'
  | 'int8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'int64'
  | 'float64'
  | 'uuid'
  | 'string'
  | 'bytes'
  | 'records'

export type FieldType =
  | { readonly kind: ScalarKind }
  | { readonly kind: 'struct'; readonly fields: Fields }
  | { readonly kind: 'array'; readonly element: FieldType }

/** What can be said of a field. */
export interface FieldOptions<Default = unknown> {
  /** First and last version that have the field. */
  readonly since?: number
  readonly until?: number
  /** Whether null is a value, or the first version in which it is. */
  readonly nullable?: true | number
  /** The value where the field is absent; a writer may then leave the field out. */
  readonly default?: Default
  /** A tagged field: written only when it has another value than its default. */
  readonly tag?: number
}

/** A field, and (for the compiler only) the types of its value. */
export class Field<Read = unknown, Write = unknown, Omittable extends boolean = boolean> {
  readonly type: FieldType
  readonly options: FieldOptions
  declare readonly types: {
    readonly read: Read
    readonly write: Write
    readonly omittable: Omittable
  }

  constructor(type: FieldType, options: FieldOptions = {}) {
    this.type = type
    this.options = options
  }
}

/** In the order in which they are written. */
export interface Fields {
  readonly [name: string]: Field
}

/** One API: the versions that are served, and its two messages. */
export interface ApiDefinition<Request extends Fields = Fields, Response extends Fields = Fields> {
  readonly key: number
  readonly versions: readonly [first: number, last: number]
  /** First version that ApiVersions tells, where some client needs to be told of more than is served. */
  readonly advertisedFrom?: number
  /** First version with compact lengths and tagged fields. */
  readonly flexible?: number
  readonly request: Request
  readonly response: Response
}

/** Messages inside of messages, such as the subscription in JoinGroup's metadata: version, then fields. */
export interface EmbeddedDefinition<Message extends Fields = Fields> {
  readonly versions: readonly [first: number, last: number]
  readonly fields: Message
}

type OmittableKeys<F extends Fields> = {
  [K in keyof F]: F[K]['types']['omittable'] extends true ? K : never
}[keyof F]
type Flat<T> = { readonly [K in keyof T]: T[K] }

/** A message as it is read: each field is there, absent ones with their default. */
export type Read<F extends Fields> = { readonly [K in keyof F]: F[K]['types']['read'] }

/** A message as it is written: fields with a default, and those the newest version lacks, may be left out. */
export type Write<F extends Fields> = Flat<
  { readonly [K in Exclude<keyof F, OmittableKeys<F>>]: F[K]['types']['write'] } & {
    readonly [K in OmittableKeys<F>]?: F[K]['types']['write'] | undefined
  }
>

type OrNull<T, O> = O extends { readonly nullable: true | number } ? T | null : T
type Omittable<O> = O extends
  | { readonly default: unknown }
  | { readonly tag: number }
  | { readonly until: number }
  ? true
  : false
type FieldOf<R, W, O> = Field<OrNull<R, O>, OrNull<W, O>, Omittable<O>>

type None = Readonly<Record<never, never>>

function scalar<T, W = T>(kind: ScalarKind) {
  return <const O extends FieldOptions<T | null> = None>(options?: O): FieldOf<T, W, O> =>
    new Field({ kind }, options)
}

export const bool = scalar<boolean>('bool')
export const int8 = scalar<number>('int8')
export const int16 = scalar<number>('int16')
export const uint16 = scalar<number>('uint16')
export const int32 = scalar<number>('int32')
/** A number; beyond the safe integers a frame is malformed. */
export const int64 = scalar<number>('int64')
export const float64 = scalar<number>('float64')
/** Text, such as `00000000-0000-0000-0000-000000000000`, which is also the default. */
export const uuid = scalar<string>('uuid')
export const string = scalar<string>('string')
/** Read as a view of the frame. */
export const bytes = scalar<Buffer>('bytes')
/** Record batches. Read as a view of the frame; written as a list of pieces that are not copied. */
export const records = scalar<Buffer, ReadonlyArray<Buffer>>('records')

/** A structure within a message. */
export function struct<const F extends Fields, const O extends FieldOptions<null> = None>(
  fields: F,
  options?: O,
): FieldOf<Read<F>, Write<F>, O> {
  return new Field({ kind: 'struct', fields }, options)
}

type ElementRead<E> = E extends Field ? E['types']['read'] : E extends Fields ? Read<E> : never
type ElementWrite<E> = E extends Field ? E['types']['write'] : E extends Fields ? Write<E> : never

/** A list of scalars (given a field without options) or of structures (given their fields). */
export function array<const E extends Field | Fields, const O extends FieldOptions<null> = None>(
  element: E,
  options?: O,
): FieldOf<ReadonlyArray<ElementRead<E>>, ReadonlyArray<ElementWrite<E>>, O> {
  const type: FieldType =
    element instanceof Field ? element.type : { kind: 'struct', fields: element }
  return new Field({ kind: 'array', element: type }, options)
}

/** States an API; gives its fields their types. */
export function api<const Request extends Fields, const Response extends Fields>(
  definition: ApiDefinition<Request, Response>,
): ApiDefinition<Request, Response> {
  return definition
}

/** States an embedded message; gives its fields their types. */
export function embedded<const F extends Fields>(
  definition: EmbeddedDefinition<F>,
): EmbeddedDefinition<F> {
  return definition
}
