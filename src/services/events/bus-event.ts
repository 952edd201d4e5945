/** An event as rules and targets see it; the names are those of the message. */
export interface BusEvent {
  readonly version: '0'
  readonly id: string
  readonly 'detail-type': string
  readonly source: string
  readonly account: string
  readonly time: string
  readonly region: string
  readonly resources: ReadonlyArray<string>
  readonly detail: unknown
  /** Of an event that comes from an archive. */
  readonly 'replay-name'?: string
}
