import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import type { KafkaPeer } from './kafka-peer.ts'

const hashes = { 'SCRAM-SHA-256': 'sha256', 'SCRAM-SHA-512': 'sha512' } as const
export type ScramName = keyof typeof hashes

/** The client's half of SCRAM, written from RFC 5802, so that the server is not its own judge. */
export function scramClient(mechanism: ScramName, user: string, password: string) {
  const hash = hashes[mechanism]
  const nonce = randomBytes(12).toString('hex')
  const bare = `n=${user},r=${nonce}`
  let expected = ''
  return {
    first: Buffer.from(`n,,${bare}`),
    final(challenge: Buffer): Buffer {
      const serverFirst = challenge.toString()
      const [, serverNonce = '', salt = '', iterations = ''] =
        /^r=([^,]*),s=([^,]*),i=(\d+)$/.exec(serverFirst) ?? []
      if (!serverNonce.startsWith(nonce)) throw new Error('the nonce is another one')
      const size = hash === 'sha256' ? 32 : 64
      const salted = pbkdf2Sync(password, Buffer.from(salt, 'base64'), +iterations, size, hash)
      const mac = (key: Buffer, text: string) => createHmac(hash, key).update(text).digest()
      const clientKey = mac(salted, 'Client Key')
      const withoutProof = `c=biws,r=${serverNonce}`
      const message = `${bare},${serverFirst},${withoutProof}`
      const signature = mac(createHash(hash).update(clientKey).digest(), message)
      const proof = Buffer.from(clientKey.map((byte, index) => byte ^ (signature[index] ?? 0)))
      expected = `v=${mac(mac(salted, 'Server Key'), message).toString('base64')}`
      return Buffer.from(`${withoutProof},p=${proof.toString('base64')}`)
    },
    isServerProved: (final: Buffer) => final.toString() === expected,
  }
}

/** Logs in over a connection; answers the last response. */
export async function logIn(
  peer: KafkaPeer,
  mechanism: ScramName,
  user: string,
  password: string,
  version = 2,
) {
  const client = scramClient(mechanism, user, password)
  await peer.ask('saslHandshake', { mechanism })
  const first = await peer.ask('saslAuthenticate', { authBytes: client.first }, { version })
  if (first.errorCode !== 0) return { ...first, proved: false }
  const authBytes = client.final(first.authBytes)
  const last = await peer.ask('saslAuthenticate', { authBytes }, { version })
  return { ...last, proved: client.isServerProved(last.authBytes) }
}
