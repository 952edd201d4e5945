import {
  ConcurrentRunsExceededException,
  GlueClient,
  StartJobRunCommand,
} from '@aws-sdk/client-glue'

/** Starts the Glue job when an object announces that new data is ready. */
interface S3Event {
  readonly Records: ReadonlyArray<{
    readonly s3: {
      readonly bucket: { readonly name: string }
      readonly object: { readonly key: string }
    }
  }>
}

const glue = new GlueClient({})
const environment = process.env

export async function handler(event: S3Event): Promise<ReadonlyArray<string>> {
  const runs: string[] = []
  for (const { s3 } of event.Records) {
    console.log(`s3://${s3.bucket.name}/${s3.object.key} is there`)
    try {
      const { JobRunId } = await glue.send(
        new StartJobRunCommand({
          JobName: environment['JOB_NAME'],
          Arguments: { '--BUCKET': s3.bucket.name },
        }),
      )
      runs.push(JobRunId ?? '')
    } catch (error) {
      // The run that is under way began after the data was announced: it sees all of it.
      if (!(error instanceof ConcurrentRunsExceededException)) throw error
      console.log('a run is under way already')
    }
  }
  return runs
}
