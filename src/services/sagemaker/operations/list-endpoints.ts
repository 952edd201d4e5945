import { dateOf } from '../../../base/clock.ts'
import type { SagemakerOperation } from '../contract.ts'
import { pageOf } from './wire-page.ts'

export const listEndpoints: SagemakerOperation<'ListEndpoints'> = {
  name: 'ListEndpoints',
  async run({ endpoints }, input, context) {
    const all = await endpoints.list(context)
    const wanted = all.filter(
      (one) => input.StatusEquals === undefined || one.status === input.StatusEquals,
    )
    const { items, nextToken } = pageOf(wanted, input)
    return {
      Endpoints: items.map((endpoint) => ({
        EndpointName: endpoint.name,
        EndpointArn: endpoint.arn,
        CreationTime: dateOf(endpoint.createdMs),
        LastModifiedTime: dateOf(endpoint.modifiedMs),
        EndpointStatus: endpoint.status,
      })),
      NextToken: nextToken,
    }
  },
}
