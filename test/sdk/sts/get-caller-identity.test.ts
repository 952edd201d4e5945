import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { expect, test } from 'vitest'
import { client, fileAccount } from '../../support/client.ts'

test('a twelve-digit access key is the account of its caller', async () => {
  const answer = await client(STSClient).send(new GetCallerIdentityCommand({}))
  expect(answer.Account).toBe(fileAccount())
  expect(answer.Arn).toBe(`arn:aws:iam::${fileAccount()}:root`)
})
