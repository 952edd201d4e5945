import { join } from 'node:path'
import { assert } from './base/assert.ts'
import type { Clock } from './base/clock.ts'
import { ServiceError } from './base/errors.ts'
import type { Logger } from './base/logger.ts'
import type { Metrics } from './base/metrics.ts'
import type { Random } from './base/random.ts'
import type { Config } from './config.ts'
import type { Background } from './engines/meta/background.ts'
import { createBackground } from './engines/meta/background.ts'
import { createLeases } from './engines/meta/leases.ts'
import { ensureSecret } from './engines/meta/secrets.ts'
import type { Engines } from './open-engines.ts'
import type { Keys } from './server/keys.ts'
import { createPolicies } from './services/iam/policies.ts'
import { createRoles } from './services/iam/roles.ts'
import { createIamService } from './services/iam/service.ts'
import type { StreamReader } from './services/kinesis/stream-reader.ts'
import { createLambdaNotificationTarget } from './services/lambda/lambda-notification-target.ts'
import { createLambdaNouns } from './services/lambda/lambda-nouns.ts'
import { createLambdaService } from './services/lambda/service.ts'
import { createLogNouns } from './services/logs/log-nouns.ts'
import { createLogsService } from './services/logs/service.ts'
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
import { createStsService } from './services/sts/service.ts'
import type { Sessions } from './services/sts/sessions.ts'
import { createSessions } from './services/sts/sessions.ts'
import type { Service } from './wire/operation.ts'

export interface ServicesDeps {
  readonly config: Config
  readonly engines: Engines
  readonly keys: Keys
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly metrics: Metrics
  readonly distDirectory: string
}

export interface Services {
  readonly services: ReadonlyArray<Service>
  readonly sessions: Sessions
  /** Tells user code where to reach us; called once, when the listener has its port. */
  setEndpoint(endpoint: string): void
}

/** What every noun is made with. */
interface Ground extends ServicesDeps {
  readonly meta: Engines['meta']
  readonly background: Background
  readonly sessions: Sessions
  readonly endpoint: () => string
}

/** All nouns and services on top of the engines; what each is given is all that it can use. */
export async function createServices(deps: ServicesDeps): Promise<Services> {
  const { engines, clock, random } = deps
  const { meta } = engines
  let address: string | undefined
  const ground: Ground = {
    ...deps,
    meta,
    background: createBackground({
      ...deps,
      leases: createLeases({ ...deps, meta, owner: random.uuid() }),
    }),
    sessions: createSessions({ rootSecret: await ensureSecret(meta, random), clock, random }),
    endpoint() {
      assert(address, 'user code runs only after the listener has its port')
      return address
    },
  }
  const logs = createLogNouns(ground)
  const s3 = await openS3Nouns({ ...ground, objects: engines.objects })
  const shared = { ...ground, objects: s3.access, logs: logs.groups }
  const lambda = createLambdaNouns({
    ...shared,
    compute: engines.compute,
    objectStore: engines.objects,
    logWriter: logs.groups,
    reader: noStreams,
  })
  return {
    services: [
      createS3Service({
        ...ground,
        nouns: s3,
        targets: [createLambdaNotificationTarget(lambda)],
      }),
      createLambdaService(lambda),
      createLogsService({ ...ground, ...logs }),
      ...createIdentityServices(ground),
      ...createSagemakerServices(shared),
    ],
    sessions: ground.sessions,
    setEndpoint(endpoint) {
      address = endpoint
    },
  }
}

interface Shared extends Ground {
  readonly objects: Awaited<ReturnType<typeof openS3Nouns>>['access']
  readonly logs: ReturnType<typeof createLogNouns>['groups']
}

function createIdentityServices(ground: Ground): ReadonlyArray<Service> {
  const accountOfKey = async (id: string) => (await ground.keys.find(id))?.accountId
  return [
    createStsService({ sessions: ground.sessions, accountOfKey }),
    createIamService({ roles: createRoles(ground), policies: createPolicies(ground) }),
  ]
}

function createSagemakerServices(shared: Shared): ReadonlyArray<Service> {
  const { meta, engines, distDirectory } = shared
  const endpoints = createEndpoints(shared)
  const loadedModels = createLoadedModels(shared.objects)
  const trainingJobs = createTrainingJobs(shared)
  const trainer = createTrainerFinder({
    compute: engines.compute,
    node: process.execPath,
    childPath: join(distDirectory, 'training-child.js'),
    pythonDirectory: join(distDirectory, '..', 'python'),
  })
  return [
    createSagemakerService({
      ...shared,
      ...engines,
      objects: shared.objects,
      log: shared.log,
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

const noStreams: StreamReader = {
  shardsOf: () => Promise.reject(new ServiceError('ResourceNotFoundException', 'no streams yet')),
  startOffset: () => Promise.reject(new Error('no streams yet')),
  read: () => Promise.reject(new Error('no streams yet')),
  waitFor: () => Promise.reject(new Error('no streams yet')),
}
