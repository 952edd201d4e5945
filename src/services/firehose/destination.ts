/** An S3 destination as the delivery works with it. */
export interface S3Destination {
  readonly roleArn: string
  readonly bucket: string
  readonly prefix: string
  readonly errorPrefix: string
  readonly bufferBytes: number
  readonly bufferMs: number
  readonly compression: Compression
  /** Replaces the extension that format and compression give. */
  readonly fileExtension?: string
  readonly timeZone: string
  readonly logging?: { readonly group: string; readonly stream: string }
  readonly transform?: LambdaTransform
  /** Each delivered record ends with a new line. */
  readonly appendsNewline: boolean
  readonly conversion?: FormatConversion
  /** Source records as they came, before any transform. */
  readonly backup?: S3Destination
}

export type Compression = 'UNCOMPRESSED' | 'GZIP'

export interface LambdaTransform {
  readonly functionArn: string
  readonly retries: number
  readonly bufferBytes: number
  readonly bufferSeconds: number
  readonly roleArn?: string
}

export interface FormatConversion {
  readonly database: string
  readonly table: string
  readonly region?: string
  readonly roleArn?: string
  readonly deserializer: JsonDeserializer
  readonly compression: 'SNAPPY' | 'GZIP' | 'UNCOMPRESSED'
  readonly writerVersion: 'V1' | 'V2'
}

export interface JsonDeserializer {
  readonly kind: 'openx' | 'hive'
  /** Keys are matched without regard to case (OpenX's default; Hive's always). */
  readonly caseInsensitive: boolean
  readonly dotsToUnderscores: boolean
  /** Column name to the JSON key that it is read from. */
  readonly keyOfColumn: Readonly<Record<string, string>>
}
