import { isDate } from 'node:util/types'
import type { Scope } from '../../base/scope.ts'
import type { ServiceEvent } from '../../base/service-events.ts'
import type { DocumentChange } from '../../engines/meta/documents.ts'
import type { Endpoint } from './hosting/endpoints.ts'
import { wireEndpoint } from './operations/wire-endpoint.ts'
import { wireTrainingJob } from './operations/wire-training.ts'
import type { TrainingJob } from './training/training-job.ts'

/** `SageMaker Training Job State Change`: the status or the secondary status is another. */
export function trainingEventOf(
  _scope: Scope,
  { before, after: job }: DocumentChange<TrainingJob>,
): ServiceEvent | undefined {
  if (!job || (before && phaseOf(before) === phaseOf(job))) return undefined
  return {
    source: 'aws.sagemaker',
    detailType: 'SageMaker Training Job State Change',
    resources: [job.arn],
    detail: { ...withTimes(wireTrainingJob(job)), Tags: { ...job.tags } },
  }
}

function phaseOf({ status, secondary }: TrainingJob): string {
  return `${status}/${secondary.at(-1)?.name}`
}

/** AWS: events write the statuses of endpoints otherwise than DescribeEndpoint. */
const endpointStatuses = {
  Creating: 'CREATING',
  Updating: 'UPDATING',
  InService: 'IN_SERVICE',
  Failed: 'FAILED',
} as const satisfies Record<Endpoint['status'], string>

/** `SageMaker Endpoint State Change`: the status is another, or the endpoint goes. */
export function endpointEventOf(
  _scope: Scope,
  { before, after }: DocumentChange<Endpoint>,
): ServiceEvent | undefined {
  const endpoint = after ?? before
  if (!endpoint || before?.status === after?.status) return undefined
  return {
    source: 'aws.sagemaker',
    detailType: 'SageMaker Endpoint State Change',
    resources: [endpoint.arn],
    detail: {
      ...withTimes(wireEndpoint(endpoint)),
      EndpointStatus: after ? endpointStatuses[after.status] : 'DELETING',
      Tags: { ...endpoint.tags },
    },
  }
}

/** AWS: times in events are milliseconds. */
function withTimes(value: object): object {
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, timed(member)]))
}

function timed(value: unknown): unknown {
  if (isDate(value)) return value.getTime()
  if (Array.isArray(value)) return value.map(timed)
  return typeof value === 'object' && value !== null ? withTimes(value) : value
}
