import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CreateRoleCommand } from '@aws-sdk/client-iam'
import {
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  GetFunctionConfigurationCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda'
import { zipSync } from 'fflate'
import { names } from './names.ts'
import type { Pipeline } from './pipeline.ts'
import { ensure, waitUntil } from './pipeline.ts'

/** The role that all parts of the pipeline are given. */
export async function createRole({ clients }: Pick<Pipeline, 'clients'>): Promise<void> {
  const services = ['lambda', 'firehose', 'glue', 'sagemaker'].map((one) => `${one}.amazonaws.com`)
  const trust = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: services }, Action: 'sts:AssumeRole' }],
  }
  await ensure(
    () =>
      clients.iam.send(
        new CreateRoleCommand({
          RoleName: names.role,
          AssumeRolePolicyDocument: JSON.stringify(trust),
        }),
      ),
    'EntityAlreadyExistsException',
    'EntityAlreadyExists',
  )
}

/** The three functions of the pipeline: scorer, transform, starter of the job. */
export async function createFunctions(pipeline: Pipeline): Promise<void> {
  const { distDirectory } = pipeline.context
  const bundle = (name: string) => readFile(join(distDirectory, 'functions', `${name}.cjs`))
  const script = (name: string) => readFile(join(distDirectory, 'scripts', name))
  await createFunction(pipeline, names.scoreFunction, {
    runtime: 'nodejs20.x',
    handler: 'index.handler',
    files: { 'index.cjs': await bundle('score') },
    environment: { ALERTS_STREAM: names.alerts, BUCKET: names.bucket },
  })
  await createFunction(pipeline, names.transformFunction, {
    runtime: 'python3.12',
    handler: 'mask_pii.handler',
    files: { 'mask_pii.py': await script('mask_pii.py') },
    environment: {},
  })
  await createFunction(pipeline, names.startJobFunction, {
    runtime: 'nodejs20.x',
    handler: 'index.handler',
    files: { 'index.cjs': await bundle('start-job') },
    environment: { JOB_NAME: names.job },
  })
}

interface FunctionPlan {
  readonly runtime: 'nodejs20.x' | 'python3.12'
  readonly handler: string
  readonly files: Readonly<Record<string, Uint8Array>>
  readonly environment: Readonly<Record<string, string>>
}

async function createFunction(pipeline: Pipeline, name: string, plan: FunctionPlan): Promise<void> {
  await ensure(
    () =>
      pipeline.clients.lambda.send(
        new CreateFunctionCommand({
          FunctionName: name,
          Role: pipeline.roleArn,
          Runtime: plan.runtime,
          Handler: plan.handler,
          Code: { ZipFile: zipSync({ ...plan.files }) },
          Environment: { Variables: { ...plan.environment } },
          MemorySize: 512,
          Timeout: 60,
        }),
      ),
    'ResourceConflictException',
  )
  await waitForFunction(pipeline, name)
}

/** From now on the scorer asks the deployed model. */
export async function useModel(pipeline: Pipeline): Promise<void> {
  await pipeline.clients.lambda.send(
    new UpdateFunctionConfigurationCommand({
      FunctionName: names.scoreFunction,
      Environment: {
        Variables: {
          ALERTS_STREAM: names.alerts,
          BUCKET: names.bucket,
          ENDPOINT_NAME: names.endpoint,
        },
      },
    }),
  )
  await waitForFunction(pipeline, names.scoreFunction)
}

async function waitForFunction(pipeline: Pipeline, name: string): Promise<void> {
  await waitUntil(pipeline, `function ${name}`, async () => {
    const state = await pipeline.clients.lambda.send(
      new GetFunctionConfigurationCommand({ FunctionName: name }),
    )
    if (state.State === 'Failed') throw new Error(`function ${name}: ${state.StateReason}`)
    return (state.State === 'Active' && state.LastUpdateStatus !== 'InProgress') || undefined
  })
}

/** The stream's records reach the scorer from the oldest on. */
export async function connectScorer(pipeline: Pipeline): Promise<void> {
  const { accountId, region, clients } = pipeline
  await ensure(
    () =>
      clients.lambda.send(
        new CreateEventSourceMappingCommand({
          EventSourceArn: `arn:aws:kinesis:${region}:${accountId}:stream/${names.stream}`,
          FunctionName: names.scoreFunction,
          StartingPosition: 'TRIM_HORIZON',
          BatchSize: 1000,
          MaximumBatchingWindowInSeconds: 1,
        }),
      ),
    'ResourceConflictException',
  )
}
