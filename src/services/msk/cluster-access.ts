import type { BrokerAddress } from '../kafka/broker-entrance.ts'
import type { ClientEntry } from '../kafka/broker-rules.ts'
import { badRequest, unsupported } from './msk-errors.ts'

/** How clients may come in: at least one of the four, over at least one of the two. */
export interface ClusterAccess {
  readonly scram: boolean
  readonly iam: boolean
  /** By a certificate (mutual TLS). */
  readonly certificate: boolean
  readonly unauthenticated: boolean
  readonly encryption: 'TLS' | 'TLS_PLAINTEXT' | 'PLAINTEXT'
}

/** Why a client does not come in; undefined when it does. */
export function entryRefusal(
  access: ClusterAccess,
  { by, isEncrypted }: ClientEntry,
): string | undefined {
  if (isEncrypted ? access.encryption === 'PLAINTEXT' : access.encryption === 'TLS') {
    return `The cluster takes clients ${isEncrypted ? 'without' : 'with'} TLS only.`
  }
  const isOn = {
    scram: access.scram,
    iam: access.iam,
    certificate: access.certificate,
    nothing: access.unauthenticated,
    // What AWS has not is never on.
    password: false,
  }[by]
  return isOn ? undefined : `The cluster takes no client that comes by ${by}.`
}

/** Throws `BadRequestException` for what the broker, as its settings have it, cannot keep. */
export function checkAccess(access: ClusterAccess, address: BrokerAddress): ClusterAccess {
  const { scram, iam, certificate, unauthenticated, encryption } = access
  if (!scram && !iam && !certificate && !unauthenticated) {
    throw badRequest('At least one authentication method has to be on.', 'clientAuthentication')
  }
  if (encryption !== 'PLAINTEXT' && !address.tls) {
    throw unsupported(
      `ClientBroker ${encryption} without a certificate of the server (--tls, --tls-cert, --tls-key)`,
      'clientBroker',
    )
  }
  if (certificate && !address.takesCertificates) {
    throw unsupported(
      'TLS client authentication without authorities of the server (--kafka-client-ca)',
      'tls',
    )
  }
  if (certificate && encryption === 'PLAINTEXT') {
    throw badRequest('TLS client authentication needs TLS in transit.', 'clientBroker')
  }
  if (unauthenticated && address.needsLogin) {
    throw unsupported(
      'Unauthenticated access beyond loopback, or with --kafka-auth required,',
      'unauthenticated',
    )
  }
  return access
}

/** What a cluster has when nothing is asked for: AWS's defaults, as far as the server has TLS. */
export function defaultAccess(address: BrokerAddress): ClusterAccess {
  return {
    scram: false,
    iam: false,
    certificate: false,
    unauthenticated: true,
    encryption: defaultEncryption(address),
  }
}

export function defaultEncryption({ tls }: BrokerAddress): ClusterAccess['encryption'] {
  return tls ? 'TLS' : 'PLAINTEXT'
}
