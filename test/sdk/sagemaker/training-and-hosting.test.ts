import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import type { CreateTrainingJobCommandInput } from '@aws-sdk/client-sagemaker'
import {
  AddTagsCommand,
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  CreateTrainingJobCommand,
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  DeleteTagsCommand,
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  DescribeModelCommand,
  DescribeTrainingJobCommand,
  ListEndpointConfigsCommand,
  ListEndpointsCommand,
  ListModelsCommand,
  ListTagsCommand,
  ListTrainingJobsCommand,
  SageMakerClient,
  StopTrainingJobCommand,
  UpdateEndpointCommand,
} from '@aws-sdk/client-sagemaker'
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime'
import { beforeAll, describe, expect, test } from 'vitest'
import { client, newAccount } from '../../support/client.ts'

const account = newAccount()
const sagemaker = client(SageMakerClient, { account })
const runtime = client(SageMakerRuntimeClient, { account })
const s3 = client(S3Client, { account, forcePathStyle: true } as object)
const logs = client(CloudWatchLogsClient, { account })
const bucket = `training-${account}`
const role = `arn:aws:iam::${account}:role/trainer`
const image = '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1'

/** label = 1 where x > y; the third column is noise. */
function csv(rows: number, from: number): string {
  const lines = Array.from({ length: rows }, (_, index) => {
    const x = ((index + from) * 7919) % 1000
    const y = ((index + from) * 104_729) % 997
    return `${x > y ? 1 : 0},${x},${y},${index % 13}`
  })
  return `${lines.join('\n')}\n`
}

function trainingJob(name: string, change: Partial<CreateTrainingJobCommandInput> = {}) {
  const channel = (channelName: string) => ({
    ChannelName: channelName,
    ContentType: 'text/csv',
    DataSource: {
      S3DataSource: {
        S3DataType: 'S3Prefix' as const,
        S3Uri: `s3://${bucket}/${channelName}/`,
      },
    },
  })
  return new CreateTrainingJobCommand({
    TrainingJobName: name,
    RoleArn: role,
    AlgorithmSpecification: { TrainingImage: image, TrainingInputMode: 'File' },
    HyperParameters: { objective: 'binary:logistic', num_round: '20', eval_metric: 'auc' },
    InputDataConfig: [channel('train'), channel('validation')],
    OutputDataConfig: { S3OutputPath: `s3://${bucket}/models` },
    ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 1 },
    StoppingCondition: { MaxRuntimeInSeconds: 120 },
    ...change,
  })
}

async function ended(name: string) {
  const describeJob = () =>
    sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name }))
  await expect
    .poll(async () => (await describeJob()).TrainingJobStatus, { timeout: 60_000 })
    .not.toMatch(/InProgress|Stopping/)
  return describeJob()
}

async function endpointStatus(name: string, status: string) {
  const describeEndpoint = () => sagemaker.send(new DescribeEndpointCommand({ EndpointName: name }))
  await expect
    .poll(async () => (await describeEndpoint()).EndpointStatus, { timeout: 30_000 })
    .toBe(status)
  return describeEndpoint()
}

beforeAll(async () => {
  await s3.send(new CreateBucketCommand({ Bucket: bucket }))
  const put = (Key: string, Body: string) =>
    s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body }))
  await put('train/a.csv', csv(1500, 0))
  await put('train/b.csv', csv(500, 1500))
  await put('validation/a.csv', csv(500, 2000))
  await put('broken/a.csv', 'label,x\n1,2\n')
})

describe('a training job', () => {
  test('completes only with its model in S3, its metrics and its log', async () => {
    await sagemaker.send(trainingJob('good', { Tags: [{ Key: 'team', Value: 'ml' }] }))
    const job = await ended('good')
    expect(job.FailureReason).toBeUndefined()
    expect(job).toMatchObject({
      TrainingJobStatus: 'Completed',
      SecondaryStatus: 'Completed',
      ModelArtifacts: { S3ModelArtifacts: `s3://${bucket}/models/good/output/model.tar.gz` },
    })
    expect(job.SecondaryStatusTransitions?.map(({ Status }) => Status)).toEqual([
      'Starting',
      'Downloading',
      'Training',
      'Uploading',
      'Completed',
    ])
    const auc = job.FinalMetricDataList?.find(({ MetricName }) => MetricName === 'validation:auc')
    expect(auc?.Value).toBeGreaterThan(0.95)
    const { events } = await logs.send(
      new FilterLogEventsCommand({
        logGroupName: '/aws/sagemaker/TrainingJobs',
        logStreamNamePrefix: 'good/',
      }),
    )
    expect(events?.map(({ message }) => message).join('\n')).toMatch(/\[19\]\ttrain-auc:/)
    const listed = await sagemaker.send(new ListTrainingJobsCommand({ NameContains: 'good' }))
    expect(listed.TrainingJobSummaries?.map((one) => one.TrainingJobStatus)).toEqual(['Completed'])
  })

  test('fails with the place in the data that is wrong', async () => {
    const source = { S3DataType: 'S3Prefix' as const, S3Uri: `s3://${bucket}/broken/` }
    await sagemaker.send(
      trainingJob('broken', {
        InputDataConfig: [
          { ChannelName: 'train', ContentType: 'csv', DataSource: { S3DataSource: source } },
        ],
      }),
    )
    const job = await ended('broken')
    expect(job.TrainingJobStatus).toBe('Failed')
    expect(job.FailureReason).toMatch(/^ClientError: /)
    expect(job.ModelArtifacts).toBeUndefined()
  })

  test('fails when there is no data', async () => {
    const source = { S3DataType: 'S3Prefix' as const, S3Uri: `s3://${bucket}/nothing/` }
    await sagemaker.send(
      trainingJob('empty', {
        InputDataConfig: [
          { ChannelName: 'train', ContentType: 'csv', DataSource: { S3DataSource: source } },
        ],
      }),
    )
    expect((await ended('empty')).FailureReason).toMatch(/No S3 objects found/)
  })

  test('stops when it is told to', async () => {
    const HyperParameters = { objective: 'binary:logistic', num_round: '1000000' }
    await sagemaker.send(trainingJob('endless', { HyperParameters }))
    await sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: 'endless' }))
    const job = await ended('endless')
    expect(job.TrainingJobStatus).toBe('Stopped')
    await expect(
      sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: 'endless' })),
    ).rejects.toThrow('The request was rejected because the training job is in status Stopped.')
  })

  test.each([
    [
      {
        AlgorithmSpecification: { TrainingImage: 'my/image:1', TrainingInputMode: 'File' as const },
      },
      /The image my\/image:1 is not supported by Headrace/,
    ],
    [
      { HyperParameters: { num_round: '5', objective: 'rank:map' } },
      /objective: 'rank:map' is none of/,
    ],
    [{ EnableManagedSpotTraining: true }, /EnableManagedSpotTraining/],
  ])('%j is refused by name', async (change, message) => {
    await expect(sagemaker.send(trainingJob('refused', change))).rejects.toThrow(message)
  })

  test('is known by its name, once', async () => {
    await expect(sagemaker.send(trainingJob('good'))).rejects.toMatchObject({
      name: 'ResourceInUse',
    })
    await expect(
      sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: 'nobody' })),
    ).rejects.toMatchObject({ name: 'ValidationException' })
  })
})

describe('an endpoint', () => {
  const score = (EndpointName: string, Body: string, change = {}) =>
    runtime.send(
      new InvokeEndpointCommand({ EndpointName, ContentType: 'text/csv', Body, ...change }),
    )
  const config = (name: string, ModelName: string) =>
    new CreateEndpointConfigCommand({
      EndpointConfigName: name,
      ProductionVariants: [
        { VariantName: 'all', ModelName, InstanceType: 'ml.m5.large', InitialInstanceCount: 1 },
      ],
    })
  const model = (ModelName: string, ModelDataUrl: string) =>
    new CreateModelCommand({
      ModelName,
      ExecutionRoleArn: role,
      PrimaryContainer: { Image: image, ModelDataUrl },
    })

  test('serves the model that was trained', async () => {
    await sagemaker.send(trainingJob('served'))
    const { ModelArtifacts } = await ended('served')
    await sagemaker.send(model('served', ModelArtifacts?.S3ModelArtifacts ?? ''))
    await sagemaker.send(config('served', 'served'))
    await sagemaker.send(
      new CreateEndpointCommand({ EndpointName: 'served', EndpointConfigName: 'served' }),
    )
    const endpoint = await endpointStatus('served', 'InService')
    expect(endpoint.ProductionVariants?.[0]?.VariantName).toBe('all')

    const csvAnswer = await score('served', '900,10,1\n10,900,1\n')
    const [high = 0, low = 1] = Buffer.from(csvAnswer.Body)
      .toString()
      .trim()
      .split('\n')
      .map(Number)
    expect(high).toBeGreaterThan(0.9)
    expect(low).toBeLessThan(0.1)
    const jsonAnswer = await score('served', '900,10,1', { Accept: 'application/json' })
    expect(JSON.parse(Buffer.from(jsonAnswer.Body).toString())).toEqual({
      predictions: [{ score: high }],
    })
    await expect(score('served', '1,2,3,4')).rejects.toMatchObject({
      name: 'ModelError',
      OriginalStatusCode: 400,
    })
    await expect(score('served', 'x,y,z')).rejects.toMatchObject({ name: 'ModelError' })
    await expect(score('nobody', '1,2,3')).rejects.toThrow(
      `Endpoint nobody of account ${account} not found.`,
    )
  })

  test('fails, with the reason, when its model is not there', async () => {
    await sagemaker.send(model('absent', `s3://${bucket}/models/absent.tar.gz`))
    await sagemaker.send(config('absent', 'absent'))
    await sagemaker.send(
      new CreateEndpointCommand({ EndpointName: 'absent', EndpointConfigName: 'absent' }),
    )
    const endpoint = await endpointStatus('absent', 'Failed')
    expect(endpoint.FailureReason).toMatch(/Could not find model data/)
  })

  test('goes on serving the old model when an update fails', async () => {
    await sagemaker.send(
      new UpdateEndpointCommand({ EndpointName: 'served', EndpointConfigName: 'absent' }),
    )
    await expect
      .poll(
        async () =>
          (await sagemaker.send(new DescribeEndpointCommand({ EndpointName: 'served' })))
            .FailureReason,
        { timeout: 20_000 },
      )
      .toMatch(/Could not find model data/)
    await expect(score('served', '900,10,1')).resolves.toBeDefined()
  })

  test('models, configurations and endpoints are listed, tagged and removed', async () => {
    const { Models } = await sagemaker.send(new ListModelsCommand({ NameContains: 'served' }))
    expect(Models?.map(({ ModelName }) => ModelName)).toEqual(['served'])
    const described = await sagemaker.send(new DescribeModelCommand({ ModelName: 'served' }))
    expect(described.PrimaryContainer?.Image).toBe(image)
    const configs = await sagemaker.send(new ListEndpointConfigsCommand({ SortBy: 'Name' }))
    expect(configs.EndpointConfigs?.length).toBe(2)
    const served = { EndpointConfigName: 'served' }
    const one = await sagemaker.send(new DescribeEndpointConfigCommand(served))
    expect(one.ProductionVariants?.[0]?.ModelName).toBe('served')
    const { Endpoints } = await sagemaker.send(new ListEndpointsCommand({ StatusEquals: 'Failed' }))
    expect(Endpoints?.map(({ EndpointName }) => EndpointName)).toEqual(['absent'])

    const ResourceArn = described.ModelArn ?? ''
    await sagemaker.send(
      new AddTagsCommand({
        ResourceArn,
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'b', Value: '2' },
        ],
      }),
    )
    await sagemaker.send(new DeleteTagsCommand({ ResourceArn, TagKeys: ['a'] }))
    const { Tags } = await sagemaker.send(new ListTagsCommand({ ResourceArn }))
    expect(Tags).toEqual([{ Key: 'b', Value: '2' }])

    await sagemaker.send(new DeleteEndpointCommand({ EndpointName: 'absent' }))
    await sagemaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName: 'absent' }))
    await sagemaker.send(new DeleteModelCommand({ ModelName: 'absent' }))
    await expect(sagemaker.send(new DescribeModelCommand({ ModelName: 'absent' }))).rejects.toThrow(
      'Could not find model',
    )
  })
})
