/** Where clients reach the broker. */
export interface BrokerAddress {
  readonly host: string
  readonly port: number
  /** TLS is spoken there too. */
  readonly tls: boolean
  /** Clients may show certificates of authorities that the settings name. */
  readonly takesCertificates: boolean
  /** Nobody is served there without a login or a certificate. */
  readonly needsLogin: boolean
}

/** The door of the broker, for those who have to tell clients of it. */
export interface BrokerEntrance {
  /** Undefined while nobody listens. */
  address(): BrokerAddress | undefined
  /** Opens the door, if it is not open yet; undefined where the settings keep it shut. */
  ensureStarted(): Promise<BrokerAddress | undefined>
}
