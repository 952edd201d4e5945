import { badRequest } from './msk-errors.ts'

/**
 * The versions of Apache Kafka that a cluster can be asked for: those that AWS has not given up. The
 * broker speaks the protocol of the newest one to every client, and of the others all that it
 * includes: clients find out by themselves (ApiVersions).
 */
export const kafkaVersions: ReadonlyArray<string> = [
  '3.6.0',
  '3.7.x',
  '3.7.x.kraft',
  '3.8.x',
  '3.8.x.kraft',
  '3.9.x',
  '3.9.x.kraft',
  '4.0.x.kraft',
  '4.1.x.kraft',
]

export function checkKafkaVersion(version: string, parameter = 'kafkaVersion'): string {
  if (kafkaVersions.includes(version)) return version
  throw badRequest(
    `Unsupported KafkaVersion [${version}]. Valid values: [${kafkaVersions.join(', ')}]`,
    parameter,
  )
}
