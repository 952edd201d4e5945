import type { Resource } from '../resource.ts'

/** A training job as it is kept. Times and statuses are written by the code that did the work. */
export interface TrainingJob extends Resource {
  readonly image: string
  readonly roleArn: string
  readonly hyperparameters: Readonly<Record<string, string>>
  readonly channels: ReadonlyArray<ChannelSource>
  readonly outputPath: string
  readonly instanceType: string
  readonly volumeGigabytes: number
  readonly runtimeSecondsMax: number
  readonly status: 'InProgress' | 'Completed' | 'Failed' | 'Stopping' | 'Stopped'
  readonly secondary: ReadonlyArray<SecondaryStatus>
  readonly modifiedMs: number
  readonly failureReason?: string
  readonly trainingStartMs?: number
  readonly trainingEndMs?: number
  readonly modelUri?: string
  readonly metrics: Readonly<Record<string, number>>
}

export interface ChannelSource {
  readonly name: string
  readonly uri: string
  readonly format: 'csv' | 'libsvm' | 'parquet'
  readonly contentType: string
  readonly gzipped: boolean
}

export interface SecondaryStatus {
  readonly name: SecondaryName
  readonly startMs: number
  readonly endMs?: number
  readonly message: string
}

export type SecondaryName =
  | 'Starting'
  | 'Downloading'
  | 'Training'
  | 'Uploading'
  | 'Stopping'
  | 'Stopped'
  | 'MaxRuntimeExceeded'
  | 'Completed'
  | 'Failed'

const messages: Readonly<Record<SecondaryName, string>> = {
  Starting: 'Starting the training process',
  Downloading: 'Finding the input data',
  Training: 'Training in progress',
  Uploading: 'Uploading generated training model',
  Stopping: 'Stopping the training job',
  Stopped: 'Training job stopped',
  MaxRuntimeExceeded: 'The job ran longer than MaxRuntimeInSeconds',
  Completed: 'Training job completed',
  Failed: 'Training job failed',
}

/** The list with the current status ended and the new one begun. */
export function enterStatus(
  secondary: ReadonlyArray<SecondaryStatus>,
  name: SecondaryName,
  nowMs: number,
): ReadonlyArray<SecondaryStatus> {
  const ended = secondary.map((one) => (one.endMs === undefined ? { ...one, endMs: nowMs } : one))
  return [...ended, { name, startMs: nowMs, message: messages[name] }]
}
