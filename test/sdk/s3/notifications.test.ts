import {
  GetBucketNotificationConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
} from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'
import { fileAccount } from '../../support/client.ts'
import { errorOf, newBucket, s3Client } from './support.ts'

const s3 = s3Client()
const LambdaFunctionArn = `arn:aws:lambda:us-east-1:${fileAccount()}:function:score`

function configure(Bucket: string, NotificationConfiguration: object, more: object = {}) {
  return s3.send(
    new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration, ...more }),
  )
}

test('a configuration comes back as it was given, and an empty one removes it', async () => {
  const Bucket = await newBucket()
  const rule = {
    Id: 'raw',
    LambdaFunctionArn,
    Events: ['s3:ObjectCreated:*'],
    Filter: {
      Key: {
        FilterRules: [
          { Name: 'prefix', Value: 'raw/' },
          { Name: 'suffix', Value: '.gz' },
        ],
      },
    },
  }
  const unnamed = { LambdaFunctionArn, Events: ['s3:ObjectRemoved:Delete'] }
  const LambdaFunctionConfigurations = [rule, unnamed]
  await configure(Bucket, { LambdaFunctionConfigurations }, { SkipDestinationValidation: true })
  const kept = await s3.send(new GetBucketNotificationConfigurationCommand({ Bucket }))
  expect(kept.LambdaFunctionConfigurations?.[0]).toEqual({
    ...rule,
    Filter: {
      Key: {
        FilterRules: [
          { Name: 'Prefix', Value: 'raw/' },
          { Name: 'Suffix', Value: '.gz' },
        ],
      },
    },
  })
  expect(kept.LambdaFunctionConfigurations?.[1]?.Id).toBeTruthy()
  await configure(Bucket, { EventBridgeConfiguration: {} })
  const bridged = await s3.send(new GetBucketNotificationConfigurationCommand({ Bucket }))
  expect(bridged.EventBridgeConfiguration).toEqual({})
  await configure(Bucket, {})
  const none = await s3.send(new GetBucketNotificationConfigurationCommand({ Bucket }))
  expect(none.LambdaFunctionConfigurations).toBeUndefined()
  expect(none.EventBridgeConfiguration).toBeUndefined()
})

test('what cannot be delivered is refused with its reason', async () => {
  const Bucket = await newBucket()
  const events = ['s3:ObjectCreated:*']
  const absent = { LambdaFunctionConfigurations: [{ LambdaFunctionArn, Events: events }] }
  expect(await errorOf(configure(Bucket, absent))).toMatchObject({
    name: 'InvalidArgument',
    message: 'Unable to validate the following destination configurations',
  })
  const malformed = {
    LambdaFunctionConfigurations: [{ LambdaFunctionArn: 'score', Events: events }],
  }
  expect((await errorOf(configure(Bucket, malformed))).message).toBe('The ARN could not be parsed')
  const twice = [
    { LambdaFunctionArn, Events: ['s3:ObjectCreated:*'] },
    { LambdaFunctionArn, Events: ['s3:ObjectCreated:Put'] },
  ]
  const overlap = configure(
    Bucket,
    { LambdaFunctionConfigurations: twice },
    { SkipDestinationValidation: true },
  )
  expect((await errorOf(overlap)).message).toContain('overlap')
  const restore = {
    LambdaFunctionConfigurations: [{ LambdaFunctionArn, Events: ['s3:IntelligentTiering'] }],
  }
  expect((await errorOf(configure(Bucket, restore))).name).toBe('NotImplemented')
  const unknown = {
    LambdaFunctionConfigurations: [{ LambdaFunctionArn, Events: ['s3:Nothing:*'] }],
  }
  expect((await errorOf(configure(Bucket, unknown))).name).toMatch(/InvalidArgument|MalformedXML/)
})
