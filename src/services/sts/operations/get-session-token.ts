import { dateOf } from '../../../base/clock.ts'
import { ServiceError } from '../../../base/errors.ts'
import type { StsOperation } from '../contract.ts'
import { stsLimits } from '../limits.ts'

/** Temporary credentials that act as the caller himself. */
export const getSessionToken: StsOperation<'GetSessionToken'> = {
  name: 'GetSessionToken',
  refuses: ['SerialNumber', 'TokenCode'],
  async run({ sessions }, input, { accountId, accessKeyId, callerArn, region }) {
    if (accessKeyId.startsWith('ASIA')) {
      throw new ServiceError(
        'AccessDenied',
        'Cannot call GetSessionToken with session credentials',
        {
          status: 403,
        },
      )
    }
    // AWS: sessions of the account owner last one hour at most (API Reference, GetSessionToken).
    const secondsMax = callerArn.endsWith(':root') ? stsLimits.ownerSecondsMax : Infinity
    const wanted = input.DurationSeconds ?? stsLimits.sessionSecondsDefault
    const durationSeconds = Math.min(wanted, secondsMax)
    const issued = sessions.issueForCaller({
      scope: { accountId, region },
      callerArn,
      durationSeconds,
    })
    return {
      Credentials: {
        AccessKeyId: issued.accessKeyId,
        SecretAccessKey: issued.secretAccessKey,
        SessionToken: issued.sessionToken,
        Expiration: dateOf(issued.expiresMs),
      },
    }
  },
}
