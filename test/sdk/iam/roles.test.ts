import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListEntitiesForPolicyCommand,
  ListInstanceProfilesForRoleCommand,
  ListPoliciesCommand,
  ListPolicyVersionsCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
  ListRoleTagsCommand,
  PutRolePolicyCommand,
  SetDefaultPolicyVersionCommand,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
} from '@aws-sdk/client-iam'
import { expect, test } from 'vitest'
import { client, newAccount } from '../../support/client.ts'

const document = (action: string) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action }] })

function iam() {
  return client(IAMClient, { account: newAccount() })
}

function makeRole(RoleName: string) {
  return new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: document('sts:AssumeRole') })
}

test('a role comes back as it was made, in every region', async () => {
  const account = newAccount()
  const here = client(IAMClient, { account })
  const there = client(IAMClient, { account, region: 'eu-west-1' })
  const made = await here.send(
    new CreateRoleCommand({
      RoleName: 'Loader',
      Path: '/ml/',
      Description: 'loads',
      MaxSessionDuration: 7200,
      AssumeRolePolicyDocument: document('sts:AssumeRole'),
      Tags: [{ Key: 'team', Value: 'ml' }],
    }),
  )
  const { Role } = await there.send(new GetRoleCommand({ RoleName: 'loader' }))
  expect(Role).toEqual(made.Role)
  expect(Role).toMatchObject({
    Arn: `arn:aws:iam::${account}:role/ml/Loader`,
    RoleId: expect.stringMatching(/^AROA[A-Z2-7]{17}$/),
    Description: 'loads',
    MaxSessionDuration: 7200,
    Tags: [{ Key: 'team', Value: 'ml' }],
  })
  expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')).toBe(document('sts:AssumeRole'))
})

test('names are taken once, without regard to case, and unknown ones are named', async () => {
  const client = iam()
  await client.send(makeRole('loader'))
  await expect(client.send(makeRole('LOADER'))).rejects.toMatchObject({
    name: 'EntityAlreadyExistsException',
    message: 'Role with name LOADER already exists.',
  })
  await expect(client.send(new GetRoleCommand({ RoleName: 'nobody' }))).rejects.toMatchObject({
    name: 'NoSuchEntityException',
    message: 'The role with name nobody cannot be found.',
    $metadata: { httpStatusCode: 404 },
  })
})

test('a role is changed and tagged', async () => {
  const client = iam()
  await client.send(makeRole('loader'))
  await client.send(new UpdateRoleCommand({ RoleName: 'loader', Description: 'new' }))
  await client.send(
    new UpdateAssumeRolePolicyCommand({ RoleName: 'loader', PolicyDocument: document('x:y') }),
  )
  await client.send(
    new TagRoleCommand({
      RoleName: 'loader',
      Tags: [
        { Key: 'a', Value: '1' },
        { Key: 'b', Value: '2' },
      ],
    }),
  )
  await client.send(new UntagRoleCommand({ RoleName: 'loader', TagKeys: ['a'] }))
  const { Tags } = await client.send(new ListRoleTagsCommand({ RoleName: 'loader' }))
  const { Role } = await client.send(new GetRoleCommand({ RoleName: 'loader' }))
  expect(Tags).toEqual([{ Key: 'b', Value: '2' }])
  expect(Role?.Description).toBe('new')
  expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')).toBe(document('x:y'))
})

test('roles are listed in pages', async () => {
  const client = iam()
  for (const name of ['c', 'a', 'b']) await client.send(makeRole(name))
  const first = await client.send(new ListRolesCommand({ MaxItems: 2 }))
  const second = await client.send(new ListRolesCommand({ MaxItems: 2, Marker: first.Marker }))
  expect(first.Roles?.map(({ RoleName }) => RoleName)).toEqual(['a', 'b'])
  expect(first.IsTruncated).toBe(true)
  expect(second.Roles?.map(({ RoleName }) => RoleName)).toEqual(['c'])
  expect(second.IsTruncated).toBe(false)
})

test('a role goes only when no policy hangs on it', async () => {
  const client = iam()
  const RoleName = 'loader'
  await client.send(makeRole(RoleName))
  const managed = 'arn:aws:iam::aws:policy/AmazonS3FullAccess'
  await client.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: managed }))
  await client.send(
    new PutRolePolicyCommand({ RoleName, PolicyName: 'own', PolicyDocument: document('s3:Get*') }),
  )
  expect(
    (await client.send(new ListAttachedRolePoliciesCommand({ RoleName }))).AttachedPolicies,
  ).toEqual([{ PolicyArn: managed, PolicyName: 'AmazonS3FullAccess' }])
  expect((await client.send(new ListRolePoliciesCommand({ RoleName }))).PolicyNames).toEqual([
    'own',
  ])
  const kept = await client.send(new GetRolePolicyCommand({ RoleName, PolicyName: 'own' }))
  expect(decodeURIComponent(kept.PolicyDocument ?? '')).toBe(document('s3:Get*'))
  const remove = () => client.send(new DeleteRoleCommand({ RoleName }))
  await expect(remove()).rejects.toMatchObject({
    message: 'Cannot delete entity, must detach all policies first.',
  })
  await client.send(new DetachRolePolicyCommand({ RoleName, PolicyArn: managed }))
  await expect(remove()).rejects.toMatchObject({
    message: 'Cannot delete entity, must delete policies first.',
  })
  await client.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'own' }))
  const profiles = await client.send(new ListInstanceProfilesForRoleCommand({ RoleName }))
  expect(profiles.InstanceProfiles).toEqual([])
  await remove()
  await expect(client.send(new GetRoleCommand({ RoleName }))).rejects.toThrow('cannot be found')
})

test('a managed policy keeps up to five versions, one of them the default', async () => {
  const client = iam()
  const { Policy } = await client.send(
    new CreatePolicyCommand({ PolicyName: 'read', PolicyDocument: document('v:1') }),
  )
  const PolicyArn = Policy?.Arn ?? ''
  const addVersion = (action: string, SetAsDefault: boolean) =>
    client.send(
      new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: document(action), SetAsDefault }),
    )
  for (const action of ['v:2', 'v:3', 'v:4']) await addVersion(action, false)
  await addVersion('v:5', true)
  await expect(addVersion('v:6', false)).rejects.toMatchObject({ name: 'LimitExceededException' })
  await expect(
    client.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v5' })),
  ).rejects.toMatchObject({ name: 'DeleteConflictException' })
  await client.send(new SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: 'v2' }))
  await client.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v5' }))
  await addVersion('v:6', false)
  const { Versions } = await client.send(new ListPolicyVersionsCommand({ PolicyArn }))
  expect(Versions?.map(({ VersionId }) => VersionId)).toEqual(['v6', 'v4', 'v3', 'v2', 'v1'])
  const { PolicyVersion } = await client.send(
    new GetPolicyVersionCommand({ PolicyArn, VersionId: 'v2' }),
  )
  expect(PolicyVersion?.IsDefaultVersion).toBe(true)
  expect(decodeURIComponent(PolicyVersion?.Document ?? '')).toBe(document('v:2'))
})

test('a policy knows the roles that it is attached to, and goes only without them', async () => {
  const client = iam()
  const { Policy } = await client.send(
    new CreatePolicyCommand({ PolicyName: 'read', PolicyDocument: document('s3:Get*') }),
  )
  const PolicyArn = Policy?.Arn ?? ''
  await client.send(makeRole('loader'))
  await client.send(new AttachRolePolicyCommand({ RoleName: 'loader', PolicyArn }))
  const entities = await client.send(new ListEntitiesForPolicyCommand({ PolicyArn }))
  expect(entities.PolicyRoles?.map(({ RoleName }) => RoleName)).toEqual(['loader'])
  const shown = await client.send(new GetPolicyCommand({ PolicyArn }))
  expect(shown.Policy?.AttachmentCount).toBe(1)
  await expect(client.send(new DeletePolicyCommand({ PolicyArn }))).rejects.toMatchObject({
    name: 'DeleteConflictException',
  })
  await client.send(new DetachRolePolicyCommand({ RoleName: 'loader', PolicyArn }))
  await client.send(new DeletePolicyCommand({ PolicyArn }))
  const { Policies } = await client.send(new ListPoliciesCommand({ Scope: 'Local' }))
  expect(Policies).toEqual([])
})

test.each([
  ['no JSON', 'This policy contains invalid Json'],
  ['{}', 'Syntax errors in policy.'],
])('the document %s is refused', async (text, message) => {
  await expect(
    iam().send(new CreatePolicyCommand({ PolicyName: 'bad', PolicyDocument: text })),
  ).rejects.toMatchObject({ name: 'MalformedPolicyDocumentException', message })
})
