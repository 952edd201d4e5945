import type { Broker } from './broker.ts'

/** Kafka's numbers of what has configs. */
export const TOPIC_RESOURCE = 2
export const BROKER_RESOURCE = 4

const otherResources: Readonly<Record<number, string>> = {
  8: 'BROKER_LOGGER',
  16: 'CLIENT_METRICS',
  32: 'GROUP',
}

export interface ConfigResource {
  readonly resourceType: number
  readonly resourceName: string
}

/** What to tell those who ask for the configs of something that has none here. */
export function unservedResource({ resourceType }: ConfigResource): string {
  const name = otherResources[resourceType]
  return name === undefined
    ? `Unknown resource type ${resourceType}`
    : `Configs of ${name} are not served by Headrace`
}

/** The broker goes by its number; an empty name stands for all brokers, of which it is the only one. */
export function isThisBroker(resourceName: string, { nodeId }: Broker): boolean {
  return resourceName === '' || resourceName === String(nodeId)
}

export function resourceKey({ resourceType, resourceName }: ConfigResource): string {
  return `${resourceType}/${resourceName}`
}
