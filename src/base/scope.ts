/** Whose state: everything that Headrace keeps belongs to one account in one region. */
export interface Scope {
  /** Twelve digits. */
  readonly accountId: string
  readonly region: string
}
