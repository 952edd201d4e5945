import { createHash, createHmac, pbkdf2, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

/** The mechanisms of RFC 5802 that Kafka speaks, by the names that SASL has for them. */
export const scramMechanisms = ['SCRAM-SHA-256', 'SCRAM-SHA-512'] as const

export type ScramMechanism = (typeof scramMechanisms)[number]

/** What a server keeps of a password: enough to check it and to prove itself, not to log in with. */
export interface ScramCredential {
  readonly salt: Buffer
  readonly iterations: number
  readonly storedKey: Buffer
  readonly serverKey: Buffer
}

const hashes = { 'SCRAM-SHA-256': 'sha256', 'SCRAM-SHA-512': 'sha512' } as const
const sizes = { 'SCRAM-SHA-256': 32, 'SCRAM-SHA-512': 64 } as const

const stretch = promisify(pbkdf2)

/** `Hi(password, salt, iterations)` of RFC 5802; off the thread, as it takes milliseconds. */
export function saltPassword(
  mechanism: ScramMechanism,
  password: string,
  salt: Buffer,
  iterations: number,
): Promise<Buffer> {
  return stretch(password, salt, iterations, sizes[mechanism], hashes[mechanism])
}

/** The credential of a salted password; undefined when it has not the size of the mechanism's hash. */
export function credentialOf(
  mechanism: ScramMechanism,
  saltedPassword: Buffer,
  { salt, iterations }: Pick<ScramCredential, 'salt' | 'iterations'>,
): ScramCredential | undefined {
  if (saltedPassword.length !== sizes[mechanism]) return undefined
  const clientKey = hmac(mechanism, saltedPassword, 'Client Key')
  return {
    salt,
    iterations,
    storedKey: digest(mechanism, clientKey),
    serverKey: hmac(mechanism, saltedPassword, 'Server Key'),
  }
}

/** Whether the proof of a client shows that it knows the password. */
export function provesPassword(
  mechanism: ScramMechanism,
  { storedKey }: ScramCredential,
  authMessage: string,
  proof: Buffer,
): boolean {
  const signature = hmac(mechanism, storedKey, authMessage)
  if (proof.length !== signature.length) return false
  const clientKey = Buffer.from(proof.map((byte, index) => byte ^ (signature[index] ?? 0)))
  return timingSafeEqual(digest(mechanism, clientKey), storedKey)
}

/** What proves to the client that the server knows its credential. */
export function serverSignature(
  mechanism: ScramMechanism,
  { serverKey }: ScramCredential,
  authMessage: string,
): Buffer {
  return hmac(mechanism, serverKey, authMessage)
}

function hmac(mechanism: ScramMechanism, key: Buffer, text: string): Buffer {
  return createHmac(hashes[mechanism], key).update(text).digest()
}

function digest(mechanism: ScramMechanism, bytes: Buffer): Buffer {
  return createHash(hashes[mechanism]).update(bytes).digest()
}
