import { dateOf } from '../../../base/clock.ts'
import { ServiceError } from '../../../base/errors.ts'
import type { StsOperation } from '../contract.ts'
import { stsLimits } from '../limits.ts'
import { principalIdOf } from '../principal-id.ts'
import { assumedRoleArn } from '../sessions.ts'

/**
 * Credentials of a role, in the role's own account. Trust policies are kept but not evaluated, so
 * any caller may assume any role, also one that IAM does not know.
 */
export const assumeRole: StsOperation<'AssumeRole'> = {
  name: 'AssumeRole',
  refuses: [
    'Policy',
    'PolicyArns',
    'ProvidedContexts',
    'SerialNumber',
    'Tags',
    'TokenCode',
    'TransitiveTagKeys',
  ],
  async run({ sessions }, input, { accountId, region }) {
    const { RoleArn: roleArn, RoleSessionName: sessionName } = input
    const match = /^arn:aws[a-z-]*:iam::(\d{12}):role\/./.exec(roleArn)
    const roleAccount = match?.[1]
    if (!roleAccount) throw new ServiceError('ValidationError', `${roleArn} is invalid`)
    const issued = sessions.issue({
      scope: { accountId, region },
      roleArn,
      sessionName,
      durationSeconds: input.DurationSeconds ?? stsLimits.roleSecondsDefault,
    })
    const arn = assumedRoleArn(roleArn, sessionName, accountId)
    return {
      Credentials: {
        AccessKeyId: issued.accessKeyId,
        SecretAccessKey: issued.secretAccessKey,
        SessionToken: issued.sessionToken,
        Expiration: dateOf(issued.expiresMs),
      },
      AssumedRoleUser: { Arn: arn, AssumedRoleId: principalIdOf(arn, roleAccount) },
      SourceIdentity: input.SourceIdentity,
    }
  },
}
