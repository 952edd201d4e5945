/**
 * IAM's policy language, for policies of resources (buckets, queues, topics, buses, functions).
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export interface PolicyDocument {
  readonly version: string
  readonly id?: string
  readonly statements: ReadonlyArray<Statement>
}

export interface Statement {
  readonly sid?: string
  readonly effect: 'Allow' | 'Deny'
  /** `*`, or patterns by kind: `AWS`, `Service`, `CanonicalUser`, `Federated`. */
  readonly principal?: PrincipalPattern
  readonly notPrincipal?: PrincipalPattern
  readonly actions?: ReadonlyArray<string>
  readonly notActions?: ReadonlyArray<string>
  readonly resources?: ReadonlyArray<string>
  readonly notResources?: ReadonlyArray<string>
  /** Operator, key, values: all must hold. */
  readonly conditions: Readonly<Record<string, Readonly<Record<string, ReadonlyArray<string>>>>>
}

export type PrincipalPattern = '*' | Readonly<Record<string, ReadonlyArray<string>>>

/** Who asks. An anonymous caller is `{}`: only `*` matches it. */
export interface Principal {
  readonly accountId?: string
  /** `arn:aws:iam::…` of a user, role or root; `arn:aws:sts::…` of a session. */
  readonly arn?: string
  /** `s3.amazonaws.com`. */
  readonly service?: string
  /** S3's own name of an account. */
  readonly canonicalId?: string
}

export interface PolicyQuestion {
  readonly principal: Principal
  /** `s3:GetObject`. */
  readonly action: string
  readonly resource: string
  /** Values of condition keys by name (any case): `aws:SourceIp`, `s3:prefix`; absent ones do not match. */
  readonly context: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
}

export type Verdict = 'allow' | 'deny' | 'none'
