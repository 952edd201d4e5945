import { connect } from 'node:net'
import {
  BatchAssociateScramSecretCommand,
  BatchDisassociateScramSecretCommand,
  CreateClusterCommand,
  CreateClusterV2Command,
  CreateConfigurationCommand,
  DeleteClusterCommand,
  DeleteClusterPolicyCommand,
  DescribeClusterCommand,
  DescribeClusterOperationCommand,
  DescribeClusterOperationV2Command,
  DescribeClusterV2Command,
  GetBootstrapBrokersCommand,
  GetClusterPolicyCommand,
  GetCompatibleKafkaVersionsCommand,
  KafkaClient,
  ListClusterOperationsCommand,
  ListClusterOperationsV2Command,
  ListClustersCommand,
  ListClustersV2Command,
  ListKafkaVersionsCommand,
  ListNodesCommand,
  ListScramSecretsCommand,
  ListTagsForResourceCommand,
  PutClusterPolicyCommand,
  RebootBrokerCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateClusterConfigurationCommand,
  UpdateSecurityCommand,
} from '@aws-sdk/client-kafka'
import { expect, test } from 'vitest'
import { client, newAccount } from '../../support/client.ts'

/** Each test has an account of its own: there is one cluster in an account and region. */
function newClient() {
  return client(KafkaClient, { account: newAccount() })
}

const provisioned = {
  KafkaVersion: '3.9.x',
  NumberOfBrokerNodes: 1,
  BrokerNodeGroupInfo: {
    InstanceType: 'kafka.m7g.large',
    ClientSubnets: ['subnet-1', 'subnet-2'],
    StorageInfo: { EbsStorageInfo: { VolumeSize: 100 } },
  },
}

async function create(kafka: KafkaClient, more: object = {}): Promise<string> {
  const { ClusterArn = '' } = await kafka.send(
    new CreateClusterCommand({ ClusterName: 'events', ...provisioned, ...more }),
  )
  return ClusterArn
}

test('a cluster is active when its broker listens, and says where', async () => {
  const kafka = newClient()
  const made = await kafka.send(
    new CreateClusterCommand({ ClusterName: 'events', ...provisioned, Tags: { team: 'data' } }),
  )
  expect(made).toMatchObject({ ClusterName: 'events', State: 'ACTIVE' })
  const ClusterArn = made.ClusterArn ?? ''
  expect(ClusterArn).toMatch(/^arn:aws:kafka:us-east-1:\d{12}:cluster\/events\/[0-9a-f-]{36}-\d+$/)
  const { ClusterInfo } = await kafka.send(new DescribeClusterCommand({ ClusterArn }))
  expect(ClusterInfo).toMatchObject({
    ClusterArn,
    ClusterName: 'events',
    State: 'ACTIVE',
    NumberOfBrokerNodes: 1,
    Tags: { team: 'data' },
    CurrentBrokerSoftwareInfo: { KafkaVersion: '3.9.x' },
    BrokerNodeGroupInfo: {
      InstanceType: 'kafka.m7g.large',
      ClientSubnets: ['subnet-1', 'subnet-2'],
      StorageInfo: { EbsStorageInfo: { VolumeSize: 100 } },
    },
    ClientAuthentication: { Unauthenticated: { Enabled: true } },
  })
  expect(ClusterInfo?.CurrentVersion).toMatch(/^K[A-Z0-9]{13}$/)
  const brokers = await kafka.send(new GetBootstrapBrokersCommand({ ClusterArn }))
  expect(brokers.BootstrapBrokerString).toMatch(/^127\.0\.0\.1:\d+$/)
  expect(brokers.BootstrapBrokerStringTls).toBeUndefined()
  expect(brokers.BootstrapBrokerStringSaslIam).toBeUndefined()
  const [host = '', port = ''] = brokers.BootstrapBrokerString?.split(':') ?? []
  await new Promise<void>((resolve, reject) => {
    const socket = connect(Number(port), host, () => {
      socket.destroy()
      resolve()
    })
    socket.once('error', reject)
  })
  const { NodeInfoList } = await kafka.send(new ListNodesCommand({ ClusterArn }))
  expect(NodeInfoList).toMatchObject([
    { NodeType: 'BROKER', BrokerNodeInfo: { BrokerId: 0, Endpoints: ['127.0.0.1'] } },
  ])
})

test('there is one cluster in an account and region, and others elsewhere', async () => {
  const account = newAccount()
  const kafka = client(KafkaClient, { account })
  await create(kafka)
  await expect(create(kafka)).rejects.toMatchObject({ name: 'ConflictException' })
  await expect(create(kafka, { ClusterName: 'more' })).rejects.toMatchObject({
    name: 'BadRequestException',
    message: expect.stringContaining('A second cluster in an account and region'),
  })
  const europe = client(KafkaClient, { account, region: 'eu-west-1' })
  expect(await create(europe, { ClusterName: 'more' })).toContain(':eu-west-1:')
})

test('clusters are listed by name and type, in both versions of the API', async () => {
  const kafka = newClient()
  expect((await kafka.send(new ListClustersCommand({}))).ClusterInfoList).toEqual([])
  const ClusterArn = await create(kafka)
  const one = await kafka.send(new ListClustersCommand({ ClusterNameFilter: 'ev' }))
  expect(one.ClusterInfoList).toMatchObject([{ ClusterArn }])
  const none = await kafka.send(new ListClustersCommand({ ClusterNameFilter: 'vents' }))
  expect(none.ClusterInfoList).toEqual([])
  const typed = async (ClusterTypeFilter: string) =>
    (await kafka.send(new ListClustersV2Command({ ClusterTypeFilter }))).ClusterInfoList
  expect(await typed('PROVISIONED')).toMatchObject([{ ClusterArn, ClusterType: 'PROVISIONED' }])
  expect(await typed('SERVERLESS')).toEqual([])
  await expect(typed('ODD')).rejects.toMatchObject({ name: 'BadRequestException' })
})

test('a serverless cluster is entered by IAM, and is seen by the second version of the API', async () => {
  const kafka = newClient()
  const Serverless = {
    VpcConfigs: [{ SubnetIds: ['subnet-1'], SecurityGroupIds: ['sg-1'] }],
    ClientAuthentication: { Sasl: { Iam: { Enabled: true } } },
  }
  const { ClusterArn = '', ClusterType } = await kafka.send(
    new CreateClusterV2Command({ ClusterName: 'events', Serverless }),
  )
  expect(ClusterType).toBe('SERVERLESS')
  const { ClusterInfo } = await kafka.send(new DescribeClusterV2Command({ ClusterArn }))
  expect(ClusterInfo).toMatchObject({ State: 'ACTIVE', ClusterType, Serverless })
  const { $metadata: _, ...brokers } = await kafka.send(
    new GetBootstrapBrokersCommand({ ClusterArn }),
  )
  expect(brokers).toEqual({
    BootstrapBrokerStringSaslIam: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
  })
  await expect(kafka.send(new DescribeClusterCommand({ ClusterArn }))).rejects.toMatchObject({
    name: 'BadRequestException',
    message: 'This operation cannot be performed on serverless clusters.',
  })
  for (const wrong of [
    { ...Serverless, VpcConfigs: [] },
    { ...Serverless, VpcConfigs: Array(6).fill({ SubnetIds: ['subnet-1'] }) },
    { VpcConfigs: Serverless.VpcConfigs },
  ]) {
    await expect(
      newClient().send(new CreateClusterV2Command({ ClusterName: 'events', Serverless: wrong })),
    ).rejects.toMatchObject({ name: 'BadRequestException' })
  }
})

test('the second version of the API makes provisioned clusters too, and exactly one kind', async () => {
  const kafka = newClient()
  const request = { ClusterName: 'events', Provisioned: provisioned }
  const { ClusterArn = '' } = await kafka.send(new CreateClusterV2Command(request))
  const { ClusterInfo } = await kafka.send(new DescribeClusterV2Command({ ClusterArn }))
  expect(ClusterInfo).toMatchObject({
    ClusterType: 'PROVISIONED',
    Provisioned: { NumberOfBrokerNodes: 1, EnhancedMonitoring: 'DEFAULT', StorageMode: 'LOCAL' },
  })
  await expect(
    newClient().send(new CreateClusterV2Command({ ClusterName: 'events' })),
  ).rejects.toMatchObject({ name: 'BadRequestException' })
})

test('what one broker cannot be is refused by name, and no cluster is made', async () => {
  const kafka = newClient()
  const group = provisioned.BrokerNodeGroupInfo
  const refused: ReadonlyArray<readonly [object, string]> = [
    [{ NumberOfBrokerNodes: 3 }, 'NumberOfBrokerNodes 3'],
    [{ EnhancedMonitoring: 'PER_BROKER' }, 'EnhancedMonitoring PER_BROKER'],
    [{ StorageMode: 'TIERED' }, 'StorageMode TIERED'],
    [{ Rebalancing: { Status: 'ACTIVE' } }, 'Rebalancing'],
    [{ OpenMonitoring: { Prometheus: { JmxExporter: { EnabledInBroker: true } } } }, 'OpenMon'],
    [{ LoggingInfo: { BrokerLogs: { S3: { Enabled: true } } } }, 'LoggingInfo'],
    [
      { BrokerNodeGroupInfo: { ...group, ConnectivityInfo: { NetworkType: 'DUAL' } } },
      'NetworkType',
    ],
    [{ BrokerNodeGroupInfo: { ...group, ZoneIds: ['use1-az1'] } }, 'ZoneIds'],
    [
      {
        BrokerNodeGroupInfo: {
          ...group,
          ConnectivityInfo: { PublicAccess: { Type: 'SERVICE_PROVIDED_EIPS' } },
        },
      },
      'PublicAccess',
    ],
    [{ EncryptionInfo: { EncryptionAtRest: { DataVolumeKMSKeyId: 'key' } } }, 'DataVolumeKMSKeyId'],
    [{ EncryptionInfo: { EncryptionInTransit: { ClientBroker: 'TLS' } } }, '--tls'],
    [{ ClientAuthentication: { Tls: { Enabled: true } } }, '--kafka-client-ca'],
    [
      { ClientAuthentication: { Tls: { CertificateAuthorityArnList: ['arn:aws:acm-pca:::a'] } } },
      'CertificateAuthorityArnList',
    ],
  ]
  for (const [more, named] of refused) {
    await expect(create(kafka, more)).rejects.toMatchObject({
      name: 'BadRequestException',
      message: expect.stringContaining(named),
    })
  }
  expect((await kafka.send(new ListClustersV2Command({}))).ClusterInfoList).toEqual([])
})

test('bad input is refused with the parameter at fault', async () => {
  const kafka = newClient()
  const wrong: ReadonlyArray<readonly [object, string | undefined]> = [
    [{ KafkaVersion: '1.0.0' }, 'kafkaVersion'],
    [{ ClusterName: 'x'.repeat(65) }, undefined],
    [
      { BrokerNodeGroupInfo: { ...provisioned.BrokerNodeGroupInfo, ClientSubnets: [] } },
      'clientSubnets',
    ],
    [{ ClientAuthentication: { Unauthenticated: { Enabled: false } } }, 'clientAuthentication'],
    [{ Tags: { 'aws:mine': 'x' } }, 'tags'],
  ]
  for (const [more, parameter] of wrong) {
    await expect(create(kafka, more)).rejects.toMatchObject({
      name: 'BadRequestException',
      ...(parameter && { InvalidParameter: parameter }),
    })
  }
  await expect(
    kafka.send(new DescribeClusterCommand({ ClusterArn: 'events' })),
  ).rejects.toMatchObject({ name: 'BadRequestException', InvalidParameter: 'clusterArn' })
})

test('operations that are not built are refused by name', async () => {
  const kafka = newClient()
  const ClusterArn = await create(kafka)
  await expect(
    kafka.send(new RebootBrokerCommand({ ClusterArn, BrokerIds: ['1'] })),
  ).rejects.toThrow(/RebootBroker/)
})

test('a change of how clients come in is made at once and remembered', async () => {
  const kafka = newClient()
  const ClusterArn = await create(kafka)
  const versionOf = async () => {
    const { ClusterInfo } = await kafka.send(new DescribeClusterCommand({ ClusterArn }))
    return ClusterInfo?.CurrentVersion ?? ''
  }
  const CurrentVersion = await versionOf()
  const ClientAuthentication = { Sasl: { Scram: { Enabled: true }, Iam: { Enabled: true } } }
  const change = new UpdateSecurityCommand({ ClusterArn, CurrentVersion, ClientAuthentication })
  const { ClusterOperationArn = '' } = await kafka.send(change)
  expect(await versionOf()).not.toBe(CurrentVersion)
  await expect(kafka.send(change)).rejects.toMatchObject({
    name: 'BadRequestException',
    InvalidParameter: 'currentVersion',
  })
  const { $metadata: _, ...brokers } = await kafka.send(
    new GetBootstrapBrokersCommand({ ClusterArn }),
  )
  expect(Object.keys(brokers).sort()).toEqual([
    'BootstrapBrokerStringSaslIam',
    'BootstrapBrokerStringSaslScram',
  ])
  const expected = {
    OperationArn: ClusterOperationArn,
    OperationState: 'UPDATE_COMPLETE',
    OperationType: 'UPDATE_SECURITY',
  }
  const first = await kafka.send(new DescribeClusterOperationCommand({ ClusterOperationArn }))
  expect(first.ClusterOperationInfo).toMatchObject({
    ...expected,
    SourceClusterInfo: { ClientAuthentication: { Unauthenticated: { Enabled: true } } },
    TargetClusterInfo: { ClientAuthentication: { Sasl: { Iam: { Enabled: true } } } },
  })
  const second = await kafka.send(new DescribeClusterOperationV2Command({ ClusterOperationArn }))
  expect(second.ClusterOperationInfo).toMatchObject({
    ...expected,
    Provisioned: { TargetClusterInfo: { ClientAuthentication } },
  })
  const list = await kafka.send(new ListClusterOperationsCommand({ ClusterArn }))
  expect(list.ClusterOperationInfoList).toMatchObject([expected])
  const listV2 = await kafka.send(new ListClusterOperationsV2Command({ ClusterArn }))
  expect(listV2.ClusterOperationInfoList).toMatchObject([expected])
  await expect(
    kafka.send(
      new DescribeClusterOperationCommand({ ClusterOperationArn: `${ClusterOperationArn}0` }),
    ),
  ).rejects.toMatchObject({ name: 'NotFoundException' })
})

test('a cluster takes another configuration, and its operations are listed latest first', async () => {
  const kafka = newClient()
  const ClusterArn = await create(kafka)
  const { Arn = '' } = await kafka.send(
    new CreateConfigurationCommand({
      Name: 'short',
      ServerProperties: Buffer.from('log.retention.hours=1'),
    }),
  )
  const update = async (Revision: number) => {
    const { ClusterInfo } = await kafka.send(new DescribeClusterCommand({ ClusterArn }))
    const { CurrentVersion } = ClusterInfo ?? {}
    return kafka.send(
      new UpdateClusterConfigurationCommand({
        ClusterArn,
        CurrentVersion,
        ConfigurationInfo: { Arn, Revision },
      }),
    )
  }
  const first = await update(1)
  await expect(update(2)).rejects.toMatchObject({ name: 'NotFoundException' })
  const second = await update(1)
  const { ClusterInfo } = await kafka.send(new DescribeClusterCommand({ ClusterArn }))
  expect(ClusterInfo?.CurrentBrokerSoftwareInfo).toMatchObject({
    ConfigurationArn: Arn,
    ConfigurationRevision: 1,
  })
  const page = await kafka.send(new ListClusterOperationsCommand({ ClusterArn, MaxResults: 1 }))
  expect(page.ClusterOperationInfoList).toMatchObject([
    { OperationArn: second.ClusterOperationArn, OperationType: 'UPDATE_CLUSTER_CONFIGURATION' },
  ])
  const { NextToken } = page
  const rest = await kafka.send(new ListClusterOperationsCommand({ ClusterArn, NextToken }))
  expect(rest.ClusterOperationInfoList).toMatchObject([
    {
      OperationArn: first.ClusterOperationArn,
      TargetClusterInfo: { ConfigurationInfo: { Arn, Revision: 1 } },
    },
  ])
  expect(rest.NextToken).toBeUndefined()
  await expect(
    kafka.send(new ListClusterOperationsCommand({ ClusterArn, NextToken: 'mine' })),
  ).rejects.toMatchObject({ name: 'BadRequestException', InvalidParameter: 'nextToken' })
})

test('a cluster that was deleted is gone, and its name is free', async () => {
  const kafka = newClient()
  const ClusterArn = await create(kafka)
  await expect(
    kafka.send(new DeleteClusterCommand({ ClusterArn, CurrentVersion: 'K1' })),
  ).rejects.toMatchObject({ name: 'BadRequestException' })
  const { State } = await kafka.send(new DeleteClusterCommand({ ClusterArn }))
  expect(State).toBe('DELETING')
  await expect(kafka.send(new DescribeClusterCommand({ ClusterArn }))).rejects.toMatchObject({
    name: 'NotFoundException',
  })
  expect(await create(kafka)).not.toBe(ClusterArn)
})

test('a cluster has tags, up to fifty', async () => {
  const kafka = newClient()
  const ResourceArn = await create(kafka)
  const tagsOf = async () =>
    (await kafka.send(new ListTagsForResourceCommand({ ResourceArn }))).Tags
  await kafka.send(new TagResourceCommand({ ResourceArn, Tags: { a: '1', b: '2' } }))
  await kafka.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['a'] }))
  expect(await tagsOf()).toEqual({ b: '2' })
  const many = Object.fromEntries(Array.from({ length: 49 }, (_, index) => [`k${index}`, 'x']))
  await kafka.send(new TagResourceCommand({ ResourceArn, Tags: many }))
  await expect(
    kafka.send(new TagResourceCommand({ ResourceArn, Tags: { more: 'x' } })),
  ).rejects.toMatchObject({ name: 'BadRequestException' })
  expect(Object.keys((await tagsOf()) ?? {})).toHaveLength(50)
})

test('a cluster has a policy, which is changed by who knows its version', async () => {
  const kafka = newClient()
  const ClusterArn = await create(kafka)
  await expect(kafka.send(new GetClusterPolicyCommand({ ClusterArn }))).rejects.toMatchObject({
    name: 'NotFoundException',
  })
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [] })
  const put = await kafka.send(new PutClusterPolicyCommand({ ClusterArn, Policy }))
  const found = await kafka.send(new GetClusterPolicyCommand({ ClusterArn }))
  expect(found).toMatchObject({ Policy, CurrentVersion: put.CurrentVersion })
  await expect(
    kafka.send(new PutClusterPolicyCommand({ ClusterArn, Policy, CurrentVersion: 'K1' })),
  ).rejects.toMatchObject({ name: 'BadRequestException' })
  for (const wrong of ['{', '{}', 'x'.repeat(20_481)]) {
    await expect(
      kafka.send(new PutClusterPolicyCommand({ ClusterArn, Policy: wrong })),
    ).rejects.toMatchObject({ name: 'BadRequestException', InvalidParameter: 'policy' })
  }
  await kafka.send(new DeleteClusterPolicyCommand({ ClusterArn }))
  await expect(kafka.send(new DeleteClusterPolicyCommand({ ClusterArn }))).rejects.toMatchObject({
    name: 'NotFoundException',
  })
})

test('secrets cannot be read, so each is named as not processed', async () => {
  const kafka = newClient()
  const ClusterArn = await create(kafka)
  const SecretArnList = ['arn:aws:secretsmanager:us-east-1:111122223333:secret:AmazonMSK_a-1']
  for (const Command of [BatchAssociateScramSecretCommand, BatchDisassociateScramSecretCommand]) {
    const answer = await kafka.send(new Command({ ClusterArn, SecretArnList }))
    expect(answer.UnprocessedScramSecrets).toMatchObject([
      { SecretArn: SecretArnList[0], ErrorMessage: expect.stringContaining('Secrets Manager') },
    ])
    const tooMany = new Command({ ClusterArn, SecretArnList: Array(11).fill('arn') })
    await expect(kafka.send(tooMany)).rejects.toMatchObject({ name: 'BadRequestException' })
  }
  const { SecretArnList: none } = await kafka.send(new ListScramSecretsCommand({ ClusterArn }))
  expect(none).toEqual([])
})

test('versions are listed, page by page, and none leads to another', async () => {
  const kafka = newClient()
  const { KafkaVersions } = await kafka.send(new ListKafkaVersionsCommand({}))
  expect(KafkaVersions).toContainEqual({ Version: '4.1.x.kraft', Status: 'ACTIVE' })
  const page = await kafka.send(new ListKafkaVersionsCommand({ MaxResults: 2 }))
  expect(page.KafkaVersions).toHaveLength(2)
  const { NextToken } = page
  const rest = await kafka.send(new ListKafkaVersionsCommand({ NextToken }))
  expect(rest.KafkaVersions).toEqual(KafkaVersions?.slice(2))
  const ClusterArn = await create(kafka)
  const found = await kafka.send(new GetCompatibleKafkaVersionsCommand({ ClusterArn }))
  expect(found.CompatibleKafkaVersions).toEqual([{ SourceVersion: '3.9.x', TargetVersions: [] }])
})
