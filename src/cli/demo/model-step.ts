import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  CreateTrainingJobCommand,
  DeleteEndpointCommand,
  DescribeEndpointCommand,
  DescribeTrainingJobCommand,
} from '@aws-sdk/client-sagemaker'
import { InvokeEndpointCommand } from '@aws-sdk/client-sagemaker-runtime'
import { featureColumns, query, queryNumber, unload } from './athena-step.ts'
import { names, prefixes } from './names.ts'
import type { Pipeline } from './pipeline.ts'
import { ensure, waitUntil } from './pipeline.ts'

/** Days at the end of the history that the model is not trained on, but measured with. */
const VALIDATION_DAYS = 5
const AUC_LEAST = 0.7
const SAMPLE_ROWS = 200

export interface ModelResults extends TrainedModel {
  readonly trainRows: number
  readonly validationRows: number
  /** Mean scores of payments that the model has never seen. */
  readonly fraudScore: number
  readonly legitimateScore: number
}

/** Unloads training data by Athena, trains on it, deploys, and asks about payments kept back. */
export async function makeModel(pipeline: Pipeline): Promise<ModelResults> {
  const { display } = pipeline
  const cutoff = await firstValidationDay(pipeline)
  const days = `date(tx_time) >= date '${cutoff}'`
  const folder = `${prefixes.training}${pipeline.context.random.uuid().slice(0, 8)}/`
  const data = { train: `${folder}train/`, validation: `${folder}validation/` }
  await unload(pipeline, `NOT (${days})`, data.train)
  await unload(pipeline, days, data.validation)
  const count = (where: string) =>
    queryNumber(pipeline, `SELECT count(*) FROM processed WHERE ${where}`)
  const trainRows = await count(`NOT (${days})`)
  const validationRows = await count(days)
  display.say(`${trainRows} payments to train on, ${validationRows} of later days to validate with`)
  const model = await train(pipeline, data)
  display.check(
    'the model tells fraud apart',
    model.auc >= AUC_LEAST,
    `AUC ${model.auc.toFixed(4)} on the later days`,
  )
  await deploy(pipeline, model)
  const fraudScore = await meanScore(pipeline, `${days} AND tx_fraud = 1`)
  const legitimateScore = await meanScore(pipeline, `${days} AND tx_fraud = 0`)
  display.check(
    'the endpoint scores known frauds above the others',
    fraudScore > 2 * legitimateScore,
    `${fraudScore.toFixed(3)} against ${legitimateScore.toFixed(3)}`,
  )
  return { ...model, trainRows, validationRows, fraudScore, legitimateScore }
}

async function firstValidationDay(pipeline: Pipeline): Promise<string> {
  const sql = 'SELECT DISTINCT date(tx_time) AS day FROM processed ORDER BY day DESC'
  const { rows } = await query(pipeline, `${sql} LIMIT ${VALIDATION_DAYS}`)
  return rows.at(-1)?.[0] ?? ''
}

async function meanScore(pipeline: Pipeline, where: string): Promise<number> {
  const columns = featureColumns.join(', ')
  const sql = `SELECT ${columns} FROM processed WHERE ${where} ORDER BY transaction_id LIMIT ${SAMPLE_ROWS}`
  const { rows } = await query(pipeline, sql)
  const scores = await score(pipeline, rows)
  return scores.reduce((sum, one) => sum + one, 0) / scores.length
}

interface TrainedModel {
  readonly jobName: string
  readonly artifact: string
  readonly auc: number
  readonly image: string
}

/** Trains SageMaker's built-in XGBoost on what was unloaded under the two prefixes. */
async function train(
  pipeline: Pipeline,
  data: { readonly train: string; readonly validation: string },
): Promise<TrainedModel> {
  const { sagemaker } = pipeline.clients
  const jobName = `fraud-${pipeline.context.random.uuid().slice(0, 8)}`
  const image = `683313688378.dkr.ecr.${pipeline.region}.amazonaws.com/sagemaker-xgboost:1.7-1`
  const channel = (name: string, prefix: string) => ({
    ChannelName: name,
    ContentType: 'application/x-parquet',
    DataSource: {
      S3DataSource: {
        S3DataType: 'S3Prefix' as const,
        S3Uri: `s3://${names.bucket}/${prefix}`,
      },
    },
  })
  await sagemaker.send(
    new CreateTrainingJobCommand({
      TrainingJobName: jobName,
      RoleArn: pipeline.roleArn,
      AlgorithmSpecification: { TrainingImage: image, TrainingInputMode: 'File' },
      HyperParameters: {
        objective: 'binary:logistic',
        eval_metric: 'auc',
        num_round: '60',
        max_depth: '5',
        eta: '0.2',
        subsample: '0.9',
        seed: '7',
      },
      InputDataConfig: [channel('train', data.train), channel('validation', data.validation)],
      OutputDataConfig: { S3OutputPath: `s3://${names.bucket}/${prefixes.models}` },
      ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 1 },
      StoppingCondition: { MaxRuntimeInSeconds: 600 },
    }),
  )
  const job = await waitUntil(
    pipeline,
    `training job ${jobName}`,
    async () => {
      const state = await sagemaker.send(
        new DescribeTrainingJobCommand({ TrainingJobName: jobName }),
      )
      pipeline.display.progress(`training: ${state.SecondaryStatus}`)
      return state.TrainingJobStatus === 'InProgress' ? undefined : state
    },
    { timeoutMs: 300_000 },
  )
  if (job.TrainingJobStatus !== 'Completed') {
    throw new Error(`the training ended as ${job.TrainingJobStatus}: ${job.FailureReason}`)
  }
  const metric = job.FinalMetricDataList?.find(({ MetricName }) => MetricName === 'validation:auc')
  return {
    jobName,
    image,
    artifact: job.ModelArtifacts?.S3ModelArtifacts ?? '',
    auc: metric?.Value ?? Number.NaN,
  }
}

/** Deploys the model under the demo's endpoint; an older one of an earlier run goes first. */
async function deploy(pipeline: Pipeline, model: TrainedModel): Promise<void> {
  const { sagemaker } = pipeline.clients
  const { jobName: name } = model
  await sagemaker.send(
    new CreateModelCommand({
      ModelName: name,
      ExecutionRoleArn: pipeline.roleArn,
      PrimaryContainer: { Image: model.image, ModelDataUrl: model.artifact },
    }),
  )
  await sagemaker.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: name,
      ProductionVariants: [
        {
          VariantName: 'all',
          ModelName: name,
          InstanceType: 'ml.m5.large',
          InitialInstanceCount: 1,
        },
      ],
    }),
  )
  await removeEndpoint(pipeline)
  await sagemaker.send(
    new CreateEndpointCommand({ EndpointName: names.endpoint, EndpointConfigName: name }),
  )
  await waitUntil(pipeline, `endpoint ${names.endpoint}`, async () => {
    const state = await sagemaker.send(
      new DescribeEndpointCommand({ EndpointName: names.endpoint }),
    )
    if (state.EndpointStatus === 'Failed') throw new Error(`endpoint: ${state.FailureReason}`)
    return state.EndpointStatus === 'InService' || undefined
  })
}

async function removeEndpoint(pipeline: Pipeline): Promise<void> {
  const { sagemaker } = pipeline.clients
  const EndpointName = names.endpoint
  const gone = 'ValidationException'
  if (!(await ensure(() => sagemaker.send(new DeleteEndpointCommand({ EndpointName })), gone)))
    return
  await waitUntil(pipeline, 'the old endpoint to go', async () => {
    const there = await ensure(
      () => sagemaker.send(new DescribeEndpointCommand({ EndpointName })),
      gone,
    )
    return there ? undefined : true
  })
}

/** The model's scores of rows of features, one each. */
async function score(
  pipeline: Pipeline,
  rows: ReadonlyArray<ReadonlyArray<string>>,
): Promise<number[]> {
  const answer = await pipeline.clients.sagemakerRuntime.send(
    new InvokeEndpointCommand({
      EndpointName: names.endpoint,
      ContentType: 'text/csv',
      Accept: 'text/csv',
      Body: rows.map((row) => row.join(',')).join('\n'),
    }),
  )
  const text = Buffer.from(answer.Body).toString('utf8').trim()
  return text.split(/[\n,]/).map(Number)
}
