import type { ClientAuthentication, EncryptionInfo } from '@aws-sdk/client-kafka'
import type { BrokerAddress } from '../../kafka/broker-entrance.ts'
import type { ClusterAccess } from '../cluster-access.ts'
import { checkAccess, defaultEncryption } from '../cluster-access.ts'
import { unsupported } from '../msk-errors.ts'

interface WireAccess {
  readonly ClientAuthentication?: ClientAuthentication | undefined
  readonly EncryptionInfo?: EncryptionInfo | undefined
}

/** What is not said stays as it is. */
export function readAccess(
  { ClientAuthentication: given, EncryptionInfo: encryption }: WireAccess,
  before: ClusterAccess,
  address: BrokerAddress,
): ClusterAccess {
  if (encryption?.EncryptionAtRest?.DataVolumeKMSKeyId) {
    throw unsupported('EncryptionAtRest.DataVolumeKMSKeyId', 'dataVolumeKMSKeyId')
  }
  if ((given?.Tls?.CertificateAuthorityArnList ?? []).length > 0) {
    throw unsupported(
      'Tls.CertificateAuthorityArnList (the authorities are those of --kafka-client-ca)',
      'certificateAuthorityArnList',
    )
  }
  const methods = given && {
    scram: given.Sasl?.Scram?.Enabled ?? false,
    iam: given.Sasl?.Iam?.Enabled ?? false,
    certificate: given.Tls?.Enabled ?? false,
    unauthenticated: given.Unauthenticated?.Enabled ?? false,
  }
  const clientBroker = encryption?.EncryptionInTransit?.ClientBroker
  return checkAccess(
    { ...before, ...methods, ...(clientBroker && { encryption: clientBroker }) },
    address,
  )
}

export function writeAccess(access: ClusterAccess) {
  return {
    ClientAuthentication: {
      Sasl: { Scram: { Enabled: access.scram }, Iam: { Enabled: access.iam } },
      Tls: { Enabled: access.certificate, CertificateAuthorityArnList: [] },
      Unauthenticated: { Enabled: access.unauthenticated },
    },
    EncryptionInfo: {
      EncryptionInTransit: { ClientBroker: access.encryption, InCluster: true },
    },
  }
}

/** A serverless cluster is entered by IAM, and nothing else. */
export function serverlessAccess(address: BrokerAddress): ClusterAccess {
  return {
    scram: false,
    iam: true,
    certificate: false,
    unauthenticated: false,
    encryption: defaultEncryption(address),
  }
}
