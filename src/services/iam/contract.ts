import type { OperationName } from '../../wire/contract.ts'
import type { Operation } from '../../wire/operation.ts'
import type { Policies } from './policies.ts'
import type { Roles } from './roles.ts'

type Sdk = typeof import('@aws-sdk/client-iam')

/** Roles and policies are kept and given back; no request is allowed or denied by them yet. */
export interface IamDeps {
  readonly roles: Roles
  readonly policies: Policies
}

export type IamOperation<Name extends OperationName<Sdk>> = Operation<IamDeps, Sdk, Name>
