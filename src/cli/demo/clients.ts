import { AthenaClient } from '@aws-sdk/client-athena'
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import { FirehoseClient } from '@aws-sdk/client-firehose'
import { GlueClient } from '@aws-sdk/client-glue'
import { IAMClient } from '@aws-sdk/client-iam'
import { KinesisClient } from '@aws-sdk/client-kinesis'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { S3Client } from '@aws-sdk/client-s3'
import { SageMakerClient } from '@aws-sdk/client-sagemaker'
import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime'

/** The SDK's clients as anybody makes them: only the endpoint, keys and region are ours. */
export function createClients(
  endpoint: string,
  environment: Readonly<Record<string, string | undefined>>,
) {
  const options = {
    endpoint,
    region: environment['AWS_REGION'] ?? 'us-east-1',
    credentials: {
      accessKeyId: environment['AWS_ACCESS_KEY_ID'] ?? 'test',
      secretAccessKey: environment['AWS_SECRET_ACCESS_KEY'] ?? 'test',
    },
  }
  return {
    athena: new AthenaClient(options),
    logs: new CloudWatchLogsClient(options),
    firehose: new FirehoseClient(options),
    glue: new GlueClient(options),
    iam: new IAMClient(options),
    kinesis: new KinesisClient(options),
    lambda: new LambdaClient(options),
    s3: new S3Client({ ...options, forcePathStyle: true }),
    sagemaker: new SageMakerClient(options),
    sagemakerRuntime: new SageMakerRuntimeClient(options),
  }
}

export type Clients = ReturnType<typeof createClients>
