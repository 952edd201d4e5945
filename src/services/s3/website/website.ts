/** A bucket as a web site: what is shown where, and what instead of what is not there. */
export interface Website {
  /** All requests go elsewhere; then there is nothing else. */
  readonly redirectAll?: { readonly host: string; readonly protocol?: Protocol }
  /** What is shown of a folder. */
  readonly indexSuffix?: string
  readonly errorKey?: string
  readonly rules: ReadonlyArray<RoutingRule>
}

export type Protocol = 'http' | 'https'

export interface RoutingRule {
  /** Both must hold; absent: always. */
  readonly condition?: { readonly prefix?: string; readonly errorCode?: number }
  readonly redirect: {
    readonly host?: string
    readonly protocol?: Protocol
    readonly status?: number
    readonly key?: string
    readonly prefix?: string
  }
}
