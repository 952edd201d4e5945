import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { JobRun } from '@aws-sdk/client-glue'
import {
  CreateJobCommand,
  CreateTriggerCommand,
  DeleteTriggerCommand,
  GetJobRunsCommand,
} from '@aws-sdk/client-glue'
import { AddPermissionCommand } from '@aws-sdk/client-lambda'
import { PutBucketNotificationConfigurationCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { dateOf } from '../../base/clock.ts'
import { names, prefixes } from './names.ts'
import type { Pipeline } from './pipeline.ts'
import { ensure, waitUntil } from './pipeline.ts'

const MINUTE_MS = 60_000

/** The job, its script in S3, and the event that starts it: an object under ready/. */
export async function createJob(pipeline: Pipeline): Promise<void> {
  const { s3, glue, lambda } = pipeline.clients
  const key = `${prefixes.scripts}features.py`
  const script = await readFile(join(pipeline.context.distDirectory, 'scripts', 'features.py'))
  await s3.send(new PutObjectCommand({ Bucket: names.bucket, Key: key, Body: script }))
  await ensure(
    () =>
      glue.send(
        new CreateJobCommand({
          Name: names.job,
          Role: pipeline.roleArn,
          GlueVersion: '5.0',
          WorkerType: 'G.1X',
          NumberOfWorkers: 2,
          Command: {
            Name: 'glueetl',
            PythonVersion: '3',
            ScriptLocation: `s3://${names.bucket}/${key}`,
          },
          DefaultArguments: {
            '--job-bookmark-option': 'job-bookmark-enable',
            '--DATABASE': names.database,
            '--BUCKET': names.bucket,
          },
        }),
      ),
    'AlreadyExistsException',
    'IdempotentParameterMismatchException',
  )
  const functionArn = `arn:aws:lambda:${pipeline.region}:${pipeline.accountId}:function:${names.startJobFunction}`
  await ensure(
    () =>
      lambda.send(
        new AddPermissionCommand({
          FunctionName: names.startJobFunction,
          StatementId: 's3',
          Action: 'lambda:InvokeFunction',
          Principal: 's3.amazonaws.com',
          SourceArn: `arn:aws:s3:::${names.bucket}`,
        }),
      ),
    'ResourceConflictException',
  )
  await s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket: names.bucket,
      NotificationConfiguration: {
        LambdaFunctionConfigurations: [
          {
            Id: 'new-data',
            LambdaFunctionArn: functionArn,
            Events: ['s3:ObjectCreated:*'],
            Filter: { Key: { FilterRules: [{ Name: 'prefix', Value: prefixes.ready }] } },
          },
        ],
      },
    }),
  )
}

/** The CSV export of the user database, as the nightly job of another team would leave it. */
export async function uploadProfiles({ clients }: Pipeline, csv: string): Promise<void> {
  await clients.s3.send(
    new PutObjectCommand({
      Bucket: names.bucket,
      Key: `${prefixes.profiles}users.csv`,
      Body: csv,
      ContentType: 'text/csv',
    }),
  )
}

/** Announces the data with an object; S3 tells Lambda, Lambda starts the job; waits for its end. */
export async function announceAndWait(pipeline: Pipeline, batch: string): Promise<JobRun> {
  const before = new Set((await jobRuns(pipeline)).map(({ Id }) => Id))
  await pipeline.clients.s3.send(
    new PutObjectCommand({
      Bucket: names.bucket,
      Key: `${prefixes.ready}${batch}.json`,
      Body: JSON.stringify({ batch }),
    }),
  )
  return waitForRun(pipeline, before)
}

/** Resolves when a run that is not among `before` has ended; throws when it failed. */
export async function waitForRun(
  pipeline: Pipeline,
  before: ReadonlySet<string | undefined>,
): Promise<JobRun> {
  const run = await waitUntil(
    pipeline,
    `a run of job ${names.job}`,
    async () => {
      const [fresh] = (await jobRuns(pipeline)).filter(({ Id }) => !before.has(Id))
      pipeline.display.progress(
        fresh ? `job run ${fresh.JobRunState}, ${fresh.ExecutionTime ?? 0} s` : 'waiting for a run',
      )
      const ended = ['SUCCEEDED', 'FAILED', 'TIMEOUT', 'STOPPED', 'ERROR']
      return fresh && ended.includes(fresh.JobRunState ?? '') ? fresh : undefined
    },
    { timeoutMs: 300_000 },
  )
  if (run.JobRunState !== 'SUCCEEDED') {
    throw new Error(`the job ended as ${run.JobRunState}: ${run.ErrorMessage}`)
  }
  return run
}

export async function jobRuns({ clients }: Pipeline): Promise<ReadonlyArray<JobRun>> {
  const { JobRuns = [] } = await clients.glue.send(new GetJobRunsCommand({ JobName: names.job }))
  return JobRuns
}

/** A daily schedule whose first time is a minute away, so that its run can be seen. */
export async function scheduleJob(pipeline: Pipeline): Promise<string> {
  const { glue } = pipeline.clients
  const nowMs = pipeline.context.clock.wallMs()
  const first = dateOf(Math.ceil((nowMs + 5_000) / MINUTE_MS) * MINUTE_MS)
  const schedule = `cron(${first.getUTCMinutes()} ${first.getUTCHours()} * * ? *)`
  await glue.send(new DeleteTriggerCommand({ Name: names.trigger }))
  await glue.send(
    new CreateTriggerCommand({
      Name: names.trigger,
      Type: 'SCHEDULED',
      Schedule: schedule,
      StartOnCreation: true,
      Actions: [{ JobName: names.job }],
    }),
  )
  return schedule
}
