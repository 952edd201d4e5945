import { join, resolve } from 'node:path'
import { nodeDisk } from './engines/node-disk.ts'
import type { Ground, ServicesDeps } from './ground.ts'
import { createGround } from './ground.ts'
import { createMessaging } from './messaging.ts'
import type { Engines } from './open-engines.ts'
import { createReset } from './reset.ts'
import { createScrub } from './scrub.ts'
import type { ResetTarget, ScrubPage } from './server/own-pages.ts'
import { createAthenaService } from './services/athena/service.ts'
import { createDeliveryStreams } from './services/firehose/delivery-streams.ts'
import { createFirehoseService } from './services/firehose/service.ts'
import { createCatalog } from './services/glue/catalog-store.ts'
import type { GlueService } from './services/glue/service.ts'
import { createGlueService } from './services/glue/service.ts'
import { createPolicies } from './services/iam/policies.ts'
import { createRoles } from './services/iam/roles.ts'
import { createIamService } from './services/iam/service.ts'
import type { BrokerEntrance } from './services/kafka/broker-entrance.ts'
import type { BrokerRules } from './services/kafka/broker-rules.ts'
import { clusterIdOf } from './services/kafka/cluster-id.ts'
import type { KafkaNouns } from './services/kafka/kafka-nouns.ts'
import { createKafkaNouns } from './services/kafka/kafka-nouns.ts'
import { createKafkaService } from './services/kafka/service.ts'
import type { KinesisNouns } from './services/kinesis/kinesis-nouns.ts'
import { createKinesisNouns } from './services/kinesis/kinesis-nouns.ts'
import { createKinesisService } from './services/kinesis/service.ts'
import { createKinesisChannels } from './services/kinesis-channels/kinesis-channels.ts'
import { createLambdaNouns } from './services/lambda/lambda-nouns.ts'
import { createLambdaService } from './services/lambda/service.ts'
import { createLogNouns } from './services/logs/log-nouns.ts'
import { createLogsService } from './services/logs/service.ts'
import { createMskNouns } from './services/msk/msk-nouns.ts'
import { createReopening } from './services/msk/reopening.ts'
import { createMskService } from './services/msk/service.ts'
import { createConnectNouns } from './services/msk-connect/connect-nouns.ts'
import { createMskConnectService } from './services/msk-connect/service.ts'
import { openS3Nouns } from './services/s3/s3-nouns.ts'
import { createS3Service } from './services/s3/service.ts'
import { createEndpointConfigs } from './services/sagemaker/hosting/endpoint-configs.ts'
import { createEndpoints } from './services/sagemaker/hosting/endpoints.ts'
import { createLoadedModels } from './services/sagemaker/hosting/loaded-models.ts'
import { createModels } from './services/sagemaker/models.ts'
import {
  createSagemakerRuntimeService,
  createSagemakerService,
} from './services/sagemaker/service.ts'
import { createTrainerFinder } from './services/sagemaker/training/trainer-command.ts'
import { createTrainingJobs } from './services/sagemaker/training/training-jobs.ts'
import type { SnsNouns } from './services/sns/sns-nouns.ts'
import { createSqsNouns } from './services/sqs/sqs-nouns.ts'
import { createStsService } from './services/sts/service.ts'
import type { Sessions } from './services/sts/sessions.ts'
import type { KafkaService } from './wire/kafka/operation.ts'
import type { Service } from './wire/operation.ts'
import type { OwnCalls } from './wire/own-calls.ts'

export interface Services {
  readonly services: ReadonlyArray<Service>
  readonly sessions: Sessions
  /** What is shown to callers without a signature. */
  readonly unsignedPages: SnsNouns['pages']
  readonly kafka: {
    readonly access: KafkaNouns['access']
    /** Undefined where the engine of the log does not carry Kafka's batches. */
    readonly service: KafkaService | undefined
    readonly rules: BrokerRules
  }
  /** Tells user code where to reach us; called once, when the listener has its port. */
  setEndpoint(endpoint: string): void
  /** Tells services of the broker's door; called once, before they start. */
  setBroker(broker: BrokerEntrance): void
  /** Gives services the operations of all; called once, before they start. */
  setOwnCalls(calls: OwnCalls): void
  reset(target: ResetTarget): Promise<void>
  scrub(accountId: string, after?: string): Promise<ScrubPage>
}

/** All nouns and services on top of the engines; what each is given is all that it can use. */
export async function createServices(deps: ServicesDeps): Promise<Services> {
  const { engines, config } = deps
  const { ground, ...setters } = await createGround(deps)
  const logs = createLogNouns(ground)
  const encryptsByDefault = config.objectEncryption === 'on'
  const s3 = await openS3Nouns({ ...ground, objects: engines.objects, encryptsByDefault })
  const limits = config.streamLimits === 'on'
  const kinesis = createKinesisNouns({ ...ground, engine: engines.log, limits })
  const msk = createMskNouns(ground)
  const kafka = createKafka(ground, kinesis, msk.rules)
  const connect = createConnectNouns(ground)
  const catalog = createCatalog(ground)
  const sqs = createSqsNouns({ ...ground, limits })
  const lambda = createLambdaNouns({
    ...ground,
    compute: engines.compute,
    objectStore: engines.objects,
    objects: s3.access,
    logWriter: logs.groups,
    reader: kinesis.reader,
    targets: () => messaging.targets,
    sqs,
  })
  const shared: Shared = {
    ...ground,
    query: engines.query,
    compute: engines.compute,
    scratch: engines.scratch,
    objects: s3.access,
    logs: logs.groups,
    catalog,
    kinesis,
    functions: lambda.invoker,
  }
  const delivery = { ...shared, log: engines.log, streams: kinesis.reader }
  const deliveryStreams = createDeliveryStreams(delivery)
  const glue = createGlue(shared)
  const messaging = createMessaging(ground, {
    ...{ kinesis, lambda, sqs, logs, deliveryStreams },
    workflowTarget: glue.workflowTarget,
  })
  return {
    services: [
      createS3Service({
        ...shared,
        nouns: s3,
        roles: createRoles(ground),
        lifecycleDayMs: config.lifecycleDay,
        accessLogIntervalMs: config.accessLogInterval,
        targets: messaging.targets,
      }),
      createKinesis(shared),
      createLambdaService(lambda),
      createFirehoseService({ ...delivery, deliveryStreams }),
      glue,
      createAthenaService(shared),
      ...createSagemaker(shared),
      createLogsService({ ...ground, ...logs }),
      ...createMsk(shared, { msk, kafka, connect }),
      ...messaging.services,
      ...createIdentity(ground),
    ],
    sessions: ground.sessions,
    unsignedPages: messaging.pages,
    kafka: { access: kafka.access, service: createKafkaService(kafka), rules: msk.rules },
    ...setters,
    scrub: createScrub({ buckets: s3.buckets, objects: engines.objects }),
    reset: createReset({
      ...{ ...ground, ...kinesis, ...s3, ...lambda, ...connect },
      waiting: [s3.outbox, ground.eventNouns.queue],
      deliveryStreams,
      kafka,
    }),
  }
}

function createKafka(ground: Ground, { streams }: KinesisNouns, rules: BrokerRules): KafkaNouns {
  const { config, engines, rootSecret } = ground
  return createKafkaNouns({
    ...ground,
    streams,
    engine: engines.log,
    broker: {
      nodeId: 0,
      clusterId: clusterIdOf(rootSecret),
      rack: null,
      logDirectory: resolve(config.dataDir, 'log'),
      settings: {
        autoCreateTopics: config.kafkaAutoCreate,
        partitionsDefault: config.kafkaPartitions,
      },
      rules,
    },
  })
}

interface Shared extends Ground, Pick<Engines, 'query' | 'compute' | 'scratch'> {
  readonly objects: Awaited<ReturnType<typeof openS3Nouns>>['access']
  readonly logs: ReturnType<typeof createLogNouns>['groups']
  readonly catalog: ReturnType<typeof createCatalog>
  readonly functions: ReturnType<typeof createLambdaNouns>['invoker']
  readonly kinesis: KinesisNouns
}

interface MskParts {
  readonly msk: ReturnType<typeof createMskNouns>
  readonly connect: ReturnType<typeof createConnectNouns>
  readonly kafka: KafkaNouns
}

function createMsk(shared: Shared, { msk, kafka, connect }: MskParts): ReadonlyArray<Service> {
  const entrance = shared.broker
  const reopening = createReopening({ ...shared, ...msk, entrance })
  const { clusters } = msk
  return [
    createMskService({ ...shared, ...msk, kafka, entrance, reopening }),
    createMskConnectService({
      ...{ ...shared, ...connect, kafka, clusters, entrance },
      log: shared.engines.log,
    }),
  ]
}

function createIdentity(ground: Ground): ReadonlyArray<Service> {
  const accountOfKey = async (id: string) => (await ground.keys.find(id))?.accountId
  return [
    createStsService({ sessions: ground.sessions, accountOfKey }),
    createIamService({ roles: createRoles(ground), policies: createPolicies(ground) }),
  ]
}

function createKinesis(shared: Shared): Service {
  const { kinesis } = shared
  return createKinesisService({
    ...kinesis,
    extension: createKinesisChannels({ ...shared, ...kinesis }),
  })
}

function createGlue(shared: Shared): GlueService {
  return createGlueService({
    ...shared,
    disk: nodeDisk,
    queryMemoryBytes: shared.config.queryMemory,
    pythonPath: shared.pythonDirectory,
    endpointUrl: shared.endpoint,
  })
}

function createSagemaker(shared: Shared): ReadonlyArray<Service> {
  const { meta, compute, distDirectory, pythonDirectory } = shared
  const endpoints = createEndpoints(shared)
  const loadedModels = createLoadedModels(shared.objects)
  const trainingJobs = createTrainingJobs(shared)
  const trainer = createTrainerFinder({
    compute,
    node: process.execPath,
    childPath: join(distDirectory, 'training-child.js'),
    pythonDirectory,
  })
  return [
    createSagemakerService({
      ...shared,
      jobs: trainingJobs,
      trainingJobs,
      models: createModels(meta),
      endpointConfigs: createEndpointConfigs(meta),
      endpoints,
      loadedModels,
      trainer,
    }),
    createSagemakerRuntimeService({ endpoints, loadedModels }),
  ]
}
