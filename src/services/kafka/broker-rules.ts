import type { Scope } from '../../base/scope.ts'

/** How a client has come. */
export interface ClientEntry {
  readonly by: 'scram' | 'iam' | 'certificate' | 'password' | 'nothing'
  readonly isEncrypted: boolean
}

/** What holds in an account and region for topics that are made from now on. */
export interface BrokerDefaults {
  /** Absent: as the settings of the server say. */
  readonly autoCreateTopics?: boolean
  readonly partitionsDefault?: number
  /** Configs of topics that their makers leave out. */
  readonly topicConfigs: Readonly<Record<string, string>>
}

/** What accounts want of the broker, beyond the settings of the server: theirs is an MSK cluster. */
export interface BrokerRules {
  /** Why a client of that account does not come in so; undefined when it does. */
  entryRefusal(scope: Scope, entry: ClientEntry): Promise<string | undefined>
  defaults(scope: Scope): Promise<BrokerDefaults>
}

/** For a broker without clusters. */
export const noRules: BrokerRules = {
  entryRefusal: async () => undefined,
  defaults: async () => ({ topicConfigs: {} }),
}
