import type { RuleState, Target } from '@aws-sdk/client-eventbridge'
import type { Scope } from '../../base/scope.ts'
import { notSupported, validation } from './event-errors.ts'
import type { Rule, RuleTarget } from './rules.ts'
import { ruleArn } from './rules.ts'
import { checkTransformer } from './target-input.ts'

export function wireRule(scope: Scope, rule: Rule) {
  return {
    Name: rule.name,
    Arn: ruleArn(scope, rule),
    ...(rule.pattern !== undefined && { EventPattern: rule.pattern }),
    ...(rule.schedule !== undefined && { ScheduleExpression: rule.schedule }),
    State: (rule.enabled ? 'ENABLED' : 'DISABLED') as RuleState,
    ...(rule.description !== undefined && { Description: rule.description }),
    ...(rule.roleArn !== undefined && { RoleArn: rule.roleArn }),
    EventBusName: rule.busName,
  }
}

const unbuilt = [
  'RunCommandParameters',
  'EcsParameters',
  'BatchParameters',
  'RedshiftDataParameters',
  'SageMakerPipelineParameters',
  'AppSyncParameters',
] as const

/** Throws `ValidationException` for what cannot be had. */
export function targetOf(given: Target): RuleTarget {
  const { Id = '', Arn = '', InputTransformer, RetryPolicy } = given
  for (const name of unbuilt) if (given[name]) throw notSupported(name)
  const inputs = [given.Input, given.InputPath, InputTransformer]
  if (inputs.filter((one) => one !== undefined).length > 1) {
    throw validation(
      `Only one of Input, InputPath, or InputTransformer must be provided for target ${Id}.`,
    )
  }
  const target: RuleTarget = {
    id: Id,
    arn: Arn,
    roleArn: given.RoleArn,
    input: given.Input,
    inputPath: given.InputPath,
    ...(InputTransformer && {
      inputTransformer: {
        paths: InputTransformer.InputPathsMap ?? {},
        template: InputTransformer.InputTemplate ?? '',
      },
    }),
    partitionKeyPath: given.KinesisParameters?.PartitionKeyPath,
    messageGroupId: given.SqsParameters?.MessageGroupId,
    ...(given.HttpParameters && {
      http: {
        pathValues: given.HttpParameters.PathParameterValues ?? [],
        query: given.HttpParameters.QueryStringParameters ?? {},
        headers: given.HttpParameters.HeaderParameters ?? {},
      },
    }),
    retriesMax: RetryPolicy?.MaximumRetryAttempts,
    ageSecondsMax: RetryPolicy?.MaximumEventAgeInSeconds,
    deadLetterArn: given.DeadLetterConfig?.Arn,
  }
  checkTransformer(target)
  return target
}

export function wireTarget(target: RuleTarget) {
  const { inputTransformer: transformer, retriesMax, ageSecondsMax } = target
  const hasPolicy = retriesMax !== undefined || ageSecondsMax !== undefined
  return {
    Id: target.id,
    Arn: target.arn,
    RoleArn: target.roleArn,
    Input: target.input,
    InputPath: target.inputPath,
    InputTransformer: transformer && {
      InputPathsMap: { ...transformer.paths },
      InputTemplate: transformer.template,
    },
    ...(target.partitionKeyPath !== undefined && {
      KinesisParameters: { PartitionKeyPath: target.partitionKeyPath },
    }),
    ...(target.messageGroupId !== undefined && {
      SqsParameters: { MessageGroupId: target.messageGroupId },
    }),
    ...(target.http && {
      HttpParameters: {
        PathParameterValues: [...target.http.pathValues],
        QueryStringParameters: { ...target.http.query },
        HeaderParameters: { ...target.http.headers },
      },
    }),
    ...(hasPolicy && {
      RetryPolicy: {
        MaximumRetryAttempts: retriesMax,
        MaximumEventAgeInSeconds: ageSecondsMax,
      },
    }),
    ...(target.deadLetterArn !== undefined && { DeadLetterConfig: { Arn: target.deadLetterArn } }),
  }
}
