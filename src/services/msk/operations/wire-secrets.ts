import { mskLimits } from '../limits.ts'
import { badRequest } from '../msk-errors.ts'

/** No secret can be read here, so none is taken; the answer says so for each of them. */
export function leaveOut(secrets: ReadonlyArray<string>) {
  if (secrets.length === 0 || secrets.length > mskLimits.secretsPerRequestMax) {
    throw badRequest(
      `A request names 1 to ${mskLimits.secretsPerRequestMax} secrets.`,
      'secretArnList',
    )
  }
  return secrets.map((SecretArn) => ({
    SecretArn,
    ErrorCode: 'SECRET_NOT_FOUND',
    ErrorMessage:
      'Secrets Manager is not served by Headrace: users are made by AlterUserScramCredentials of ' +
      "Kafka's protocol (kafka-configs --alter --entity-type users).",
  }))
}
