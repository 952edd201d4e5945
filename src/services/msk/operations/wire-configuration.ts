import { dateOf } from '../../../base/clock.ts'
import type { Scope } from '../../../base/scope.ts'
import type { Configuration, RevisionSummary } from '../configurations.ts'
import { configurationArn } from '../msk-arns.ts'
import { readServerProperties } from '../server-properties.ts'

export function writeRevision({ revision, createdMs, description }: RevisionSummary) {
  return { Revision: revision, CreationTime: dateOf(createdMs), Description: description }
}

export function writeConfiguration(scope: Scope, configuration: Configuration) {
  const { name, description, kafkaVersions, createdMs, latest } = configuration
  return {
    Arn: configurationArn(scope, configuration),
    Name: name,
    Description: description,
    KafkaVersions: [...kafkaVersions],
    CreationTime: dateOf(createdMs),
    LatestRevision: writeRevision(latest),
    State: 'ACTIVE' as const,
  }
}

/** The text, when all that it says has its effect; else throws `BadRequestException`. */
export function readProperties(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('utf8')
  readServerProperties(text)
  return text
}
