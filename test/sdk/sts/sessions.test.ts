import { IAMClient, ListRolesCommand } from '@aws-sdk/client-iam'
import type { Credentials } from '@aws-sdk/client-sts'
import {
  AssumeRoleCommand,
  GetAccessKeyInfoCommand,
  GetCallerIdentityCommand,
  GetFederationTokenCommand,
  GetSessionTokenCommand,
  STSClient,
} from '@aws-sdk/client-sts'
import { describe, expect, test } from 'vitest'
import { client, clientConfig, endpoint, fileAccount, newAccount } from '../../support/client.ts'

const sts = client(STSClient)
const account = fileAccount()

function sessionClient(credentials: Credentials | undefined, changes: Partial<Credentials> = {}) {
  const { AccessKeyId, SecretAccessKey, SessionToken } = { ...credentials, ...changes }
  return new STSClient({
    endpoint: endpoint(),
    region: 'us-east-1',
    credentials: {
      accessKeyId: AccessKeyId ?? '',
      secretAccessKey: SecretAccessKey ?? '',
      ...(SessionToken !== undefined && { sessionToken: SessionToken }),
    },
  })
}

const outcomeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'done',
    (error: Error) => error.name,
  )

describe('GetCallerIdentity', () => {
  test('names the account of the key', async () => {
    const identity = await sts.send(new GetCallerIdentityCommand({}))
    expect(identity).toMatchObject({
      Account: account,
      UserId: account,
      Arn: `arn:aws:iam::${account}:root`,
    })
    expect(identity.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('refuses a wrong secret, an unknown key and a clock that is wrong', async () => {
    const call = (accessKeyId: string, secretAccessKey: string, systemClockOffset = 0) => {
      const credentials = { accessKeyId, secretAccessKey }
      const made = new STSClient({
        ...clientConfig(),
        credentials,
        systemClockOffset,
        maxAttempts: 1,
      })
      return outcomeOf(made.send(new GetCallerIdentityCommand({})))
    }
    expect(await call(account, 'test')).toBe('done')
    expect(await call(account, 'wrong')).toBe('SignatureDoesNotMatch')
    expect(await call('AKIAIOSFODNN7EXAMPLE', 'test')).toBe('InvalidClientTokenId')
    expect(await call(account, 'test', 3_600_000)).toBe('SignatureDoesNotMatch')
  })
})

describe('AssumeRole', () => {
  test('gives credentials that act as the role, in the account of the role', async () => {
    const roleAccount = newAccount()
    const assumed = await sts.send(
      new AssumeRoleCommand({
        RoleArn: `arn:aws:iam::${roleAccount}:role/pipelines/writer`,
        RoleSessionName: 'run-1',
        DurationSeconds: 900,
      }),
    )
    const arn = `arn:aws:sts::${roleAccount}:assumed-role/writer/run-1`
    expect(assumed.AssumedRoleUser?.Arn).toBe(arn)
    expect(assumed.Credentials?.AccessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/)
    const leftMs = (assumed.Credentials?.Expiration?.getTime() ?? 0) - Date.now()
    expect(leftMs).toBeGreaterThan(890_000)
    expect(leftMs).toBeLessThanOrEqual(900_000)

    const asRole = sessionClient(assumed.Credentials)
    expect(await asRole.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: roleAccount,
      Arn: arn,
      UserId: assumed.AssumedRoleUser?.AssumedRoleId,
    })
  })

  test('gives credentials that are worth nothing with another token or secret', async () => {
    const { Credentials: good } = await sts.send(
      new AssumeRoleCommand({
        RoleArn: `arn:aws:iam::${account}:role/writer`,
        RoleSessionName: 'run-2',
      }),
    )
    const call = (changes: Partial<Credentials>) =>
      outcomeOf(sessionClient(good, changes).send(new GetCallerIdentityCommand({})))
    expect(await call({})).toBe('done')
    expect(await call({ SessionToken: `${good?.SessionToken}x` })).toBe('InvalidClientTokenId')
    expect(await call({ SessionToken: undefined })).toBe('InvalidClientTokenId')
    expect(await call({ SecretAccessKey: 'other' })).toBe('SignatureDoesNotMatch')
  })

  test('refuses what is no role, a bad session name, and what is not built', async () => {
    const RoleArn = `arn:aws:iam::${account}:role/writer`
    const assume = (input: { RoleArn: string; RoleSessionName: string; Policy?: string }) =>
      sts.send(new AssumeRoleCommand(input)).then(
        () => 'done',
        (error: Error) => `${error.name}: ${error.message}`,
      )
    expect(await assume({ RoleArn: 'nothing-valid-in-here', RoleSessionName: 'abc' })).toBe(
      'ValidationError: nothing-valid-in-here is invalid',
    )
    expect(await assume({ RoleArn, RoleSessionName: 'Session1:2' })).toMatch(
      /^ValidationError: 1 validation error detected: Value 'Session1:2' at 'roleSessionName' failed/,
    )
    expect(await assume({ RoleArn, RoleSessionName: 'abc', Policy: '{}' })).toMatch(
      /^NotImplemented: AssumeRole: Policy is not supported/,
    )
  })
})

test('GetSessionToken gives credentials that act as the caller, and cannot be chained', async () => {
  const { Credentials: session } = await sts.send(new GetSessionTokenCommand({}))
  const asCaller = sessionClient(session)
  expect(await asCaller.send(new GetCallerIdentityCommand({}))).toMatchObject({
    Account: account,
    Arn: `arn:aws:iam::${account}:root`,
  })
  expect(await outcomeOf(asCaller.send(new GetSessionTokenCommand({})))).toBe('AccessDenied')
})

test('GetAccessKeyInfo reads the account in a key', async () => {
  const { Credentials: session } = await sts.send(new GetSessionTokenCommand({}))
  const info = await sts.send(
    new GetAccessKeyInfoCommand({ AccessKeyId: session?.AccessKeyId ?? '' }),
  )
  expect(info.Account).toBe(account)
})

test('an operation that is not built says so', async () => {
  const call = sts.send(new GetFederationTokenCommand({ Name: 'bob' }))
  await expect(call).rejects.toMatchObject({
    name: 'NotImplemented',
    message: 'The operation GetFederationToken of sts is not built into this version of Headrace.',
    $metadata: { httpStatusCode: 501 },
  })
})

test('a session is good at other services, too', async () => {
  const { Credentials: session } = await sts.send(new GetSessionTokenCommand({}))
  const iam = new IAMClient({
    endpoint: endpoint(),
    region: 'us-east-1',
    credentials: {
      accessKeyId: session?.AccessKeyId ?? '',
      secretAccessKey: session?.SecretAccessKey ?? '',
      sessionToken: session?.SessionToken ?? '',
    },
  })
  expect((await iam.send(new ListRolesCommand({}))).IsTruncated).toBe(false)
})
