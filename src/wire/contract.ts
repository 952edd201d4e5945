import type { Readable } from 'node:stream'

/**
 * Types of the wire contract, taken from the SDK clients at compile time: `Input<typeof
 * import('@aws-sdk/client-kinesis'), 'PutRecords'>`. Nothing of a client is loaded at run time.
 *
 * A handler sees required members without `undefined`, blobs as `Uint8Array`, streaming blobs as
 * `Readable`; it may answer a streaming blob with bytes, text or a `Readable`.
 */
export type OperationName<Sdk> = {
  [K in keyof Sdk]: K extends `${infer Name}Command`
    ? Name extends '' | '$' | '_'
      ? never
      : Name
    : never
}[keyof Sdk] &
  string

export type Input<Sdk, Name extends string> = Wire<Sdk, Name>['input']
export type Output<Sdk, Name extends string> = Wire<Sdk, Name>['output']

type Wire<Sdk, Name extends string> = `${Name}Command` extends keyof Sdk
  ? Sdk[`${Name}Command`] extends abstract new (
      ...args: never[]
    ) => {
      input: infer I
      resolveMiddleware(...args: never[]): (...args: never[]) => Promise<{ output: infer O }>
    }
    ? { input: InputShape<I & object>; output: OutputShape<O & object> }
    : never
  : never

type Optional<T, K extends keyof T> = Record<never, never> extends Pick<T, K> ? true : false

type InputShape<T> = {
  [K in keyof T]: Optional<T, K> extends true
    ? InputMember<T[K]>
    : InputMember<Exclude<T[K], undefined>>
}

type InputMember<V> = [Extract<V, ArrayBuffer>] extends [never]
  ? [Extract<V, ReadableStream>] extends [never]
    ? Given<V>
    : Readable | Extract<V, undefined>
  : Uint8Array | Extract<V, undefined>

/** Required members lose `| undefined`, all the way down. */
// biome-ignore lint/style/noRestrictedGlobals: a type only; no time is read here.
type Given<T> = T extends Uint8Array | Date | ((...args: never[]) => unknown)
  ? T
  : T extends readonly (infer E)[]
    ? number extends T['length']
      ? Given<E>[]
      : T
    : T extends object
      ? {
          [K in keyof T]: Optional<T, K> extends true
            ? Given<T[K]>
            : Given<Exclude<T[K], undefined>>
        }
      : T

type OutputShape<T> = {
  [K in keyof T as K extends '$metadata' ? never : K]: OutputMember<T[K]>
}

type OutputMember<V> = [Extract<V, ReadableStream | Readable>] extends [never]
  ? [Extract<V, Uint8Array>] extends [never]
    ? V
    : Uint8Array | Extract<V, undefined>
  : Readable | Uint8Array | string | Extract<V, undefined>
