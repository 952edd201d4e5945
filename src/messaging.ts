import type { EventTarget } from './base/event-target.ts'
import type { Ground } from './ground.ts'
import { createEventsService } from './services/events/service.ts'
import { createStreamTarget } from './services/events/targets/stream-target.ts'
import { createDeliveryStreamTarget } from './services/firehose/delivery-stream-target.ts'
import type { createDeliveryStreams } from './services/firehose/delivery-streams.ts'
import { createRoles } from './services/iam/roles.ts'
import type { KinesisNouns } from './services/kinesis/kinesis-nouns.ts'
import type { createLambdaNouns } from './services/lambda/lambda-nouns.ts'
import { createLambdaTarget } from './services/lambda/lambda-target.ts'
import type { LogsDeps } from './services/logs/contract.ts'
import { createLogGroupTarget } from './services/logs/log-group-target.ts'
import { createPipesService } from './services/pipes/service.ts'
import { createSchedulerService } from './services/scheduler/service.ts'
import { createSnsService } from './services/sns/service.ts'
import { createSnsNouns } from './services/sns/sns-nouns.ts'
import { createQueueTarget } from './services/sqs/queue-target.ts'
import { createSqsService } from './services/sqs/service.ts'
import type { SqsNouns } from './services/sqs/sqs-nouns.ts'
import type { Service } from './wire/operation.ts'

/** Queues, topics and buses: their services, and all that events of services can go to. */
export function createMessaging(
  ground: Ground,
  others: {
    readonly kinesis: KinesisNouns
    readonly lambda: ReturnType<typeof createLambdaNouns>
    readonly sqs: SqsNouns
    readonly logs: LogsDeps
    readonly deliveryStreams: ReturnType<typeof createDeliveryStreams>
    readonly workflowTarget: EventTarget
  },
) {
  const { sqs } = others
  const receivers = [createLambdaTarget(others.lambda), createQueueTarget(sqs)]
  const sns = createSnsNouns({
    ...ground,
    targets: [...receivers, createDeliveryStreamTarget(others.deliveryStreams)],
  })
  const targets = [...receivers, sns.topicTarget, ground.eventNouns.busTarget]
  const ofSchedules = [
    ...targets,
    createStreamTarget(others.kinesis),
    createDeliveryStreamTarget(others.deliveryStreams),
  ]
  const services: ReadonlyArray<Service> = [
    createSqsService({ ...ground, ...sqs }),
    createSnsService(sns),
    ...createEventing(ground, {
      ofSchedules,
      ofRules: [
        ...ofSchedules,
        createLogGroupTarget({ ...ground, ...others.logs }),
        others.workflowTarget,
      ],
    }),
  ]
  return { services, targets, pages: sns.pages }
}

/** Those that send to targets of all kinds. */
function createEventing(
  ground: Ground,
  targets: {
    readonly ofRules: ReadonlyArray<EventTarget>
    readonly ofSchedules: ReadonlyArray<EventTarget>
  },
): ReadonlyArray<Service> {
  const shared = { ...ground, roles: createRoles(ground) }
  return [
    createEventsService({ ...shared, nouns: ground.eventNouns, targets: targets.ofRules }),
    createSchedulerService({ ...shared, targets: targets.ofSchedules }),
    createPipesService(),
  ]
}
