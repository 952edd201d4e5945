import {
  CreateClusterCommand,
  GetBootstrapBrokersCommand,
  KafkaClient,
} from '@aws-sdk/client-kafka'
import type { CreateConnectorCommandInput, KafkaConnectClient } from '@aws-sdk/client-kafkaconnect'
import {
  CreateConnectorCommand,
  DescribeConnectorCommand,
  ListCustomPluginsCommand,
} from '@aws-sdk/client-kafkaconnect'
import { expect } from 'vitest'
import { client } from './client.ts'

/** What an S3 sink needs at the least; every record is an object of its own. */
export const smallConfiguration = {
  'connector.class': 'io.confluent.connect.s3.S3SinkConnector',
  'format.class': 'io.confluent.connect.s3.format.json.JsonFormat',
  's3.bucket.name': 'landing',
  topics: 'orders',
  'flush.size': '1',
}

/** The broker's address, by way of a cluster of the account. */
export async function bootstrapServersOf(account: string): Promise<string> {
  const kafka = client(KafkaClient, { account })
  const { ClusterArn } = await kafka.send(
    new CreateClusterCommand({
      ClusterName: 'events',
      KafkaVersion: '4.1.x.kraft',
      NumberOfBrokerNodes: 1,
      BrokerNodeGroupInfo: { InstanceType: 'kafka.m7g.large', ClientSubnets: ['subnet-1'] },
    }),
  )
  const brokers = await kafka.send(new GetBootstrapBrokersCommand({ ClusterArn }))
  return brokers.BootstrapBrokerString ?? ''
}

export async function connectorRequest(
  connect: KafkaConnectClient,
  bootstrapServers: string,
  configuration: Readonly<Record<string, string>> = {},
): Promise<CreateConnectorCommandInput> {
  const { customPlugins } = await connect.send(new ListCustomPluginsCommand({}))
  const customPluginArn = customPlugins?.[0]?.customPluginArn
  return {
    connectorName: 'to-s3',
    connectorConfiguration: { ...smallConfiguration, ...configuration },
    capacity: { provisionedCapacity: { mcuCount: 1, workerCount: 2 } },
    kafkaCluster: {
      apacheKafkaCluster: {
        bootstrapServers,
        vpc: { subnets: ['subnet-1', 'subnet-2'], securityGroups: ['sg-1'] },
      },
    },
    kafkaClusterClientAuthentication: { authenticationType: 'NONE' },
    kafkaClusterEncryptionInTransit: { encryptionType: 'PLAINTEXT' },
    kafkaConnectVersion: '3.7.x',
    plugins: [{ customPlugin: { customPluginArn, revision: 1 } }],
    serviceExecutionRoleArn: 'arn:aws:iam::000000000000:role/connect',
  }
}

export async function createdArn(
  connect: KafkaConnectClient,
  request: CreateConnectorCommandInput,
): Promise<string> {
  const { connectorArn = '' } = await connect.send(new CreateConnectorCommand(request))
  return connectorArn
}

export async function expectState(
  connect: KafkaConnectClient,
  connectorArn: string,
  state: string,
): Promise<void> {
  const stateOf = async () =>
    (await connect.send(new DescribeConnectorCommand({ connectorArn }))).connectorState
  await expect.poll(stateOf).toBe(state)
}
