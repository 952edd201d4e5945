/** What the names of a connector's objects are made of. */
export interface Naming {
  /** Empty: the topics' folders are at the root of the bucket. */
  readonly directory: string
  readonly directoryDelimiter: string
  readonly fileDelimiter: string
  /** Offsets have at least so many digits, so that names sort as offsets do. */
  readonly offsetDigits: number
  readonly extension: string
}

export interface ObjectPlace {
  readonly topic: string
  readonly partition: number
  readonly path: string
  /** Of the first record in it: the same records always have the same name. */
  readonly startOffset: number
}

export function objectKey(naming: Naming, { topic, partition, path, startOffset }: ObjectPlace) {
  const { directory, directoryDelimiter, fileDelimiter, offsetDigits, extension } = naming
  const offset = String(startOffset).padStart(offsetDigits, '0')
  const file = `${[topic, partition, offset].join(fileDelimiter)}${extension}`
  const folders = [topic, path].filter((part) => part !== '')
  const parts = directory === '' ? folders : [directory, ...folders]
  return [...parts, file].join(directoryDelimiter)
}
