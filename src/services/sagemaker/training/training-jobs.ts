import type { ChangeSignal } from '../../../base/change-signal.ts'
import { createChangeSignal } from '../../../base/change-signal.ts'
import type { Clock } from '../../../base/clock.ts'
import { ServiceError } from '../../../base/errors.ts'
import type { Scope } from '../../../base/scope.ts'
import type { ServiceEvents } from '../../../base/service-events.ts'
import type { Document } from '../../../engines/meta/documents.ts'
import { createDocuments } from '../../../engines/meta/documents.ts'
import { createEventCompany } from '../../../engines/meta/event-company.ts'
import type { MetaStore } from '../../../engines/meta/port.ts'
import type { Resources } from '../resource.ts'
import { createResources, resourceArn } from '../resource.ts'
import { trainingEventOf } from '../wire-events.ts'
import type { TrainingJob } from './training-job.ts'
import { enterStatus } from './training-job.ts'

export type TrainingRequest = Pick<
  TrainingJob,
  | 'name'
  | 'image'
  | 'roleArn'
  | 'hyperparameters'
  | 'channels'
  | 'outputPath'
  | 'instanceType'
  | 'volumeGigabytes'
  | 'runtimeSecondsMax'
  | 'tags'
>

/** The training jobs of all accounts; `training-runs.ts` does their work. */
export interface TrainingJobs extends Omit<Resources<TrainingJob>, 'create'> {
  /** Durable when resolved; the work begins at once. Rejects with `ResourceInUse`. */
  create(scope: Scope, request: TrainingRequest): Promise<TrainingJob>
  /** Rejects with `ValidationException` when the job has ended. */
  stop(scope: Scope, name: string): Promise<void>
  everywhere(): AsyncIterable<Document<TrainingJob>>
  readonly changes: ChangeSignal
}

export function createTrainingJobs(deps: {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly events: ServiceEvents
}): TrainingJobs {
  const { meta, clock } = deps
  const company = createEventCompany(deps.events, trainingEventOf)
  const documents = createDocuments<TrainingJob>(meta, 'sagemaker/training-job', company)
  const resources = createResources(documents, {
    title: 'training job',
    arnKind: 'training-job',
    takenCode: 'ResourceInUse',
  })
  const changes = createChangeSignal()
  return {
    ...resources,
    changes,
    everywhere: () => documents.everywhere(),
    async create(scope, request) {
      const nowMs = clock.wallMs()
      const job: TrainingJob = {
        ...request,
        arn: resourceArn(scope, 'training-job', request.name),
        createdMs: nowMs,
        modifiedMs: nowMs,
        status: 'InProgress',
        secondary: enterStatus([], 'Starting', nowMs),
        metrics: {},
      }
      await resources.create(scope, job)
      changes.notify()
      return job
    },
    async stop(scope, name) {
      await resources.update(scope, name, (job) => {
        if (job.status !== 'InProgress') {
          throw new ServiceError(
            'ValidationException',
            `The request was rejected because the training job is in status ${job.status}.`,
          )
        }
        const nowMs = clock.wallMs()
        return {
          ...job,
          status: 'Stopping',
          modifiedMs: nowMs,
          secondary: enterStatus(job.secondary, 'Stopping', nowMs),
        }
      })
      changes.notify()
    },
  }
}
