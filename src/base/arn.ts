/** Amazon Resource Names: `arn:partition:service:region:account:resource` (AWS General Reference). */
export interface Arn {
  readonly partition: string
  readonly service: string
  readonly region: string
  readonly accountId: string
  /** All after the fifth colon, e.g. `stream/clicks` or `function:score:1`. */
  readonly resource: string
}

/** Undefined for anything that is not an ARN of six parts. */
export function parseArn(text: string): Arn | undefined {
  const [head, partition, service, region, accountId, ...rest] = text.split(':')
  if (head !== 'arn' || !partition || !service || rest.length === 0) return undefined
  return {
    partition,
    service,
    region: region ?? '',
    accountId: accountId ?? '',
    resource: rest.join(':'),
  }
}

export function formatArn(arn: Omit<Arn, 'partition'>): string {
  return `arn:aws:${arn.service}:${arn.region}:${arn.accountId}:${arn.resource}`
}
