import type {
  AlgorithmSpecification,
  Channel,
  DescribeTrainingJobResponse,
  OutputDataConfig,
  TrainingInstanceType,
} from '@aws-sdk/client-sagemaker'
import { dateOf } from '../../../base/clock.ts'
import { ServiceError } from '../../../base/errors.ts'
import { checkImage } from '../built-in-image.ts'
import { splitUri } from '../s3-uri.ts'
import type { ChannelSource, TrainingJob } from '../training/training-job.ts'
import { HyperparameterError, parseHyperparameters } from '../xgboost/hyperparameters.ts'
import { refused } from './wire-refusal.ts'

export function checkAlgorithm(wire: AlgorithmSpecification | undefined): string {
  if (wire?.AlgorithmName) throw refused('AlgorithmSpecification.AlgorithmName')
  if (wire?.TrainingInputMode === 'Pipe') throw refused('TrainingInputMode Pipe')
  if (wire?.ContainerEntrypoint || wire?.ContainerArguments) {
    throw refused('AlgorithmSpecification.ContainerEntrypoint')
  }
  return checkImage(wire?.TrainingImage)
}

/** Wrong ones are refused before a job exists, as the built-in algorithms of AWS do. */
export function checkHyperparameters(
  given: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> {
  try {
    parseHyperparameters(given ?? {})
  } catch (error) {
    if (!(error instanceof HyperparameterError)) throw error
    throw new ServiceError('ValidationException', `HyperParameters: ${error.message}`, {
      cause: error,
    })
  }
  return given ?? {}
}

export function checkOutput(wire: OutputDataConfig | undefined): string {
  if (wire?.KmsKeyId) throw refused('OutputDataConfig.KmsKeyId')
  if (wire?.CompressionType === 'NONE') throw refused('OutputDataConfig.CompressionType NONE')
  const path = wire?.S3OutputPath ?? ''
  splitUri(path)
  return path
}

export function parseChannels(
  channels: ReadonlyArray<Channel>,
  algorithm: AlgorithmSpecification | undefined,
): ReadonlyArray<ChannelSource> {
  if (!channels.some(({ ChannelName }) => ChannelName === 'train')) {
    throw new ServiceError(
      'ValidationException',
      'InputDataConfig must have a channel named train.',
    )
  }
  return channels.map((channel) => parseChannel(channel, algorithm))
}

function parseChannel(
  channel: Channel,
  algorithm: AlgorithmSpecification | undefined,
): ChannelSource {
  const name = channel.ChannelName ?? ''
  const { S3DataSource: source } = channel.DataSource ?? {}
  if (!source) throw refused(`InputDataConfig ${name}: a DataSource other than S3DataSource`)
  if (source.S3DataType !== 'S3Prefix') throw refused(`S3DataType ${source.S3DataType}`)
  if ((channel.InputMode ?? algorithm?.TrainingInputMode) === 'Pipe')
    throw refused('InputMode Pipe')
  if ((channel.RecordWrapperType ?? 'None') !== 'None') throw refused('RecordWrapperType RecordIO')
  if (channel.ShuffleConfig) throw refused('ShuffleConfig')
  splitUri(source.S3Uri ?? '')
  const contentType = channel.ContentType ?? 'libsvm'
  return {
    name,
    uri: source.S3Uri ?? '',
    format: formatOf(contentType),
    contentType,
    gzipped: channel.CompressionType === 'Gzip',
  }
}

function formatOf(contentType: string): ChannelSource['format'] {
  const [type = ''] = contentType.toLowerCase().split(';')
  if (/^(text\/)?csv$/.test(type)) return 'csv'
  if (/^(text\/)?(x-)?libsvm$/.test(type)) return 'libsvm'
  if (/^(application\/)?(x-)?parquet$/.test(type)) return 'parquet'
  throw refused(`ContentType ${contentType}`)
}

export function wireTrainingJob(job: TrainingJob): DescribeTrainingJobResponse {
  const current = job.secondary.at(-1)
  const seconds =
    job.trainingStartMs !== undefined && job.trainingEndMs !== undefined
      ? Math.max(Math.round((job.trainingEndMs - job.trainingStartMs) / 1000), 1)
      : undefined
  return {
    TrainingJobName: job.name,
    TrainingJobArn: job.arn,
    TrainingJobStatus: job.status,
    SecondaryStatus: current?.name,
    HyperParameters: { ...job.hyperparameters },
    AlgorithmSpecification: { TrainingImage: job.image, TrainingInputMode: 'File' },
    RoleArn: job.roleArn,
    InputDataConfig: job.channels.map(wireChannel),
    OutputDataConfig: { S3OutputPath: job.outputPath },
    ResourceConfig: {
      // Checked against the model of the API when it came in.
      InstanceType: job.instanceType as TrainingInstanceType,
      InstanceCount: 1,
      VolumeSizeInGB: job.volumeGigabytes,
    },
    StoppingCondition: { MaxRuntimeInSeconds: job.runtimeSecondsMax },
    CreationTime: dateOf(job.createdMs),
    LastModifiedTime: dateOf(job.modifiedMs),
    SecondaryStatusTransitions: job.secondary.map((one) => ({
      Status: one.name,
      StartTime: dateOf(one.startMs),
      ...(one.endMs !== undefined && { EndTime: dateOf(one.endMs) }),
      StatusMessage: one.message,
    })),
    ...(job.failureReason !== undefined && { FailureReason: job.failureReason }),
    ...(job.trainingStartMs !== undefined && { TrainingStartTime: dateOf(job.trainingStartMs) }),
    ...(job.trainingEndMs !== undefined && { TrainingEndTime: dateOf(job.trainingEndMs) }),
    ...(seconds !== undefined && {
      TrainingTimeInSeconds: seconds,
      BillableTimeInSeconds: seconds,
    }),
    ...(job.modelUri !== undefined && { ModelArtifacts: { S3ModelArtifacts: job.modelUri } }),
    FinalMetricDataList: Object.entries(job.metrics).map(([name, Value]) => ({
      MetricName: name.replace('-', ':'),
      Value,
      Timestamp: dateOf(job.trainingEndMs ?? job.modifiedMs),
    })),
    EnableNetworkIsolation: false,
    EnableInterContainerTrafficEncryption: false,
    EnableManagedSpotTraining: false,
  } as DescribeTrainingJobResponse
}

function wireChannel(channel: ChannelSource): Channel {
  return {
    ChannelName: channel.name,
    DataSource: {
      S3DataSource: {
        S3DataType: 'S3Prefix',
        S3Uri: channel.uri,
        S3DataDistributionType: 'FullyReplicated',
      },
    },
    ContentType: channel.contentType,
    CompressionType: channel.gzipped ? 'Gzip' : 'None',
    RecordWrapperType: 'None',
  }
}
