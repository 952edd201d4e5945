import { CreatePipeCommand, ListPipesCommand, PipesClient } from '@aws-sdk/client-pipes'
import { expect, test } from 'vitest'
import { client, fileAccount } from '../../support/client.ts'

test('pipes are refused by name, each operation of them', async () => {
  const pipes = client(PipesClient)
  const Source = `arn:aws:sqs:us-east-1:${fileAccount()}:from`
  const RoleArn = `arn:aws:iam::${fileAccount()}:role/pipe`
  const create = new CreatePipeCommand({ Name: 'p', Source, Target: Source, RoleArn })
  await expect(pipes.send(create)).rejects.toThrow(
    'The operation CreatePipe of pipes is not built into this version of Headrace.',
  )
  await expect(pipes.send(new ListPipesCommand({}))).rejects.toThrow('ListPipes of pipes')
})
