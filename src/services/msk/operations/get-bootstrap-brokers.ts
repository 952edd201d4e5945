import type { BrokerAddress } from '../../kafka/broker-entrance.ts'
import type { Cluster } from '../cluster.ts'
import type { MskOperation } from '../contract.ts'
import { parseClusterArn } from '../msk-arns.ts'
import { conflict } from '../msk-errors.ts'

export const getBootstrapBrokers: MskOperation<'GetBootstrapBrokers'> = {
  name: 'GetBootstrapBrokers',
  async run({ clusters, entrance }, { ClusterArn }, scope) {
    const cluster = await clusters.get(scope, parseClusterArn(scope, ClusterArn))
    const address = entrance.address()
    if (!address) throw conflict('The broker of the cluster does not listen yet.', 'clusterArn')
    return stringsOf(cluster, address)
  },
}

/** One port for all: which of them there are says how clients may come. */
function stringsOf({ access }: Cluster, { host, port }: BrokerAddress) {
  const broker = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
  const { scram, iam, certificate, unauthenticated, encryption } = access
  const isTls = encryption !== 'PLAINTEXT' && (unauthenticated || certificate)
  return {
    ...(unauthenticated && encryption !== 'TLS' && { BootstrapBrokerString: broker }),
    ...(isTls && { BootstrapBrokerStringTls: broker }),
    ...(scram && { BootstrapBrokerStringSaslScram: broker }),
    ...(iam && { BootstrapBrokerStringSaslIam: broker }),
  }
}
