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
import type { Resource, Resources } from '../resource.ts'
import { createResources, resourceArn } from '../resource.ts'
import { endpointEventOf } from '../wire-events.ts'
import type { Variant } from './endpoint-configs.ts'

/** An endpoint as it is kept. `InService` is written only after its model was loaded. */
export interface Endpoint extends Resource {
  readonly configName: string
  readonly status: 'Creating' | 'Updating' | 'InService' | 'Failed'
  readonly modifiedMs: number
  readonly failureReason?: string
  /** What is served: taken from the configuration when it was deployed. */
  readonly deployed?: Deployment
  /** What shall be served next. */
  readonly wanted?: Deployment
}

export interface Deployment {
  readonly configName: string
  readonly variant: Variant
  readonly modelUri: string
}

export interface Endpoints extends Omit<Resources<Endpoint>, 'create' | 'remove'> {
  create(
    scope: Scope,
    request: {
      readonly name: string
      readonly configName: string
      readonly tags: Resource['tags']
    },
    deployment: Deployment,
  ): Promise<Endpoint>
  /** The old model serves until the new one is loaded. */
  redeploy(scope: Scope, name: string, deployment: Deployment): Promise<Endpoint>
  remove(scope: Scope, name: string): Promise<void>
  everywhere(): AsyncIterable<Document<Endpoint>>
  readonly changes: ChangeSignal
}

export function createEndpoints(deps: {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly events: ServiceEvents
}): Endpoints {
  const { meta, clock } = deps
  const company = createEventCompany(deps.events, endpointEventOf)
  const documents = createDocuments<Endpoint>(meta, 'sagemaker/endpoint', company)
  const resources = createResources(documents, {
    title: 'endpoint',
    arnKind: 'endpoint',
    takenCode: 'ValidationException',
  })
  const changes = createChangeSignal()
  return {
    ...resources,
    changes,
    everywhere: () => documents.everywhere(),
    async create(scope, { name, configName, tags }, wanted) {
      const nowMs = clock.wallMs()
      const endpoint: Endpoint = {
        name,
        arn: resourceArn(scope, 'endpoint', name),
        createdMs: nowMs,
        modifiedMs: nowMs,
        tags,
        configName,
        status: 'Creating',
        wanted,
      }
      await resources.create(scope, endpoint)
      changes.notify()
      return endpoint
    },
    async redeploy(scope, name, wanted) {
      const endpoint = await resources.update(scope, name, (current) => {
        if (current.status === 'Creating' || current.status === 'Updating') {
          throw new ServiceError(
            'ValidationException',
            `Cannot update in-progress endpoint "${current.arn}".`,
          )
        }
        return { ...current, wanted, status: 'Updating', modifiedMs: clock.wallMs() }
      })
      changes.notify()
      return endpoint
    },
    async remove(scope, name) {
      await resources.remove(scope, name)
      changes.notify()
    },
  }
}
