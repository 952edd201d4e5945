import { createHash, generateKeyPair, sign } from 'node:crypto'
import { promisify } from 'node:util'
import type { Random } from '../../base/random.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import { ensureKept } from '../../engines/meta/secrets.ts'
import { selfSignedCertificate } from './self-signed-certificate.ts'

/** Signs what topics send. The key is made at first use and the same ever after. */
export interface MessageSigner {
  /** Base64; version 1 is RSA with SHA-1, version 2 with SHA-256. */
  sign(text: string, version: '1' | '2'): Promise<string>
  /** PEM, for whoever verifies. */
  certificate(): Promise<string>
  /** Where this server shows the certificate. */
  certificatePath(): Promise<string>
}

export const CERTIFICATE_PATH = /^\/SimpleNotificationService-[0-9a-f]{32}\.pem$/

export function createMessageSigner(deps: {
  readonly meta: MetaStore
  readonly random: Random
}): MessageSigner {
  let made: Promise<KeyAndCertificate> | undefined

  function pair(): Promise<KeyAndCertificate> {
    made ??= ensurePair(deps).catch((error: unknown) => {
      made = undefined
      throw error
    })
    return made
  }

  return {
    async sign(text, version) {
      const { key } = await pair()
      const hash = version === '1' ? 'RSA-SHA1' : 'RSA-SHA256'
      return sign(hash, Buffer.from(text), key).toString('base64')
    },
    certificate: async () => (await pair()).certificate,
    async certificatePath() {
      const hash = createHash('md5')
        .update((await pair()).certificate)
        .digest('hex')
      return `/SimpleNotificationService-${hash}.pem`
    },
  }
}

interface KeyAndCertificate {
  readonly key: string
  readonly certificate: string
}

async function ensurePair({
  meta,
  random,
}: {
  readonly meta: MetaStore
  readonly random: Random
}): Promise<KeyAndCertificate> {
  const kept = await ensureKept(meta, 'sns/signing-key', async () => {
    const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    return JSON.stringify({ key, certificate: selfSignedCertificate(key, random.bytes(8)) })
  })
  return JSON.parse(kept) as KeyAndCertificate
}
