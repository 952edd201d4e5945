import { expect, test } from 'vitest'
import type { Endpoint } from './hosting/endpoints.ts'
import { endpointEventOf } from './wire-events.ts'

const scope = { accountId: '111122223333', region: 'eu-west-1' }
const endpoint: Endpoint = {
  name: 'live',
  arn: 'arn:aws:sagemaker:eu-west-1:111122223333:endpoint/live',
  createdMs: 1_000,
  modifiedMs: 2_000,
  tags: { team: 'ml' },
  configName: 'one',
  status: 'Creating',
}

test('each status of an endpoint is told of once, in the spelling of events', () => {
  const told = (before: Endpoint | undefined, after: Endpoint | undefined) =>
    endpointEventOf(scope, { id: ['live'], ...(before && { before }), ...(after && { after }) })
  const inService = { ...endpoint, status: 'InService' } as const
  expect(told(undefined, endpoint)).toMatchObject({
    source: 'aws.sagemaker',
    detailType: 'SageMaker Endpoint State Change',
    resources: [endpoint.arn],
    detail: {
      EndpointName: 'live',
      EndpointStatus: 'CREATING',
      CreationTime: 1_000,
      LastModifiedTime: 2_000,
      Tags: { team: 'ml' },
    },
  })
  expect(told(endpoint, inService)?.detail).toMatchObject({ EndpointStatus: 'IN_SERVICE' })
  expect(told(inService, { ...inService, modifiedMs: 3_000 })).toBeUndefined()
  expect(told(inService, undefined)?.detail).toMatchObject({ EndpointStatus: 'DELETING' })
})
