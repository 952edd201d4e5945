import { api, array, bytes, int8, int16, int32, int64, string } from '../schema.ts'

/** Chooses the mechanism. After version 0 its messages follow bare, after 1 in SaslAuthenticate. */
export const saslHandshake = api({
  key: 17,
  versions: [0, 1],
  request: {
    mechanism: string(),
  },
  response: {
    errorCode: int16(),
    mechanisms: array(string()),
  },
})

/** One step of the mechanism. */
export const saslAuthenticate = api({
  key: 36,
  versions: [0, 2],
  flexible: 2,
  request: {
    authBytes: bytes(),
  },
  response: {
    errorCode: int16(),
    errorMessage: string({ nullable: true }),
    authBytes: bytes(),
    sessionLifetimeMs: int64({ since: 1, default: 0 }),
  },
})

/** Which users have SCRAM passwords; mechanism 1 is SHA-256, 2 is SHA-512. */
export const describeUserScramCredentials = api({
  key: 50,
  versions: [0, 0],
  flexible: 0,
  request: {
    users: array(
      {
        name: string(),
      },
      { nullable: true },
    ),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    errorMessage: string({ nullable: true }),
    results: array({
      user: string(),
      errorCode: int16(),
      errorMessage: string({ nullable: true }),
      credentialInfos: array({
        mechanism: int8(),
        iterations: int32(),
      }),
    }),
  },
})

/** Sets salted SCRAM passwords, and deletes them. */
export const alterUserScramCredentials = api({
  key: 51,
  versions: [0, 0],
  flexible: 0,
  request: {
    deletions: array({
      name: string(),
      mechanism: int8(),
    }),
    upsertions: array({
      name: string(),
      mechanism: int8(),
      iterations: int32(),
      salt: bytes(),
      saltedPassword: bytes(),
    }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    results: array({
      user: string(),
      errorCode: int16(),
      errorMessage: string({ nullable: true }),
    }),
  },
})
