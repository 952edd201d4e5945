import { createPublicKey, sign } from 'node:crypto'

/** A self-signed X.509 certificate (RFC 5280) of an RSA key, in PEM; valid to the end of 2099. */
export function selfSignedCertificate(privateKeyPem: string, serial: Buffer): string {
  const publicKey = createPublicKey(privateKeyPem).export({ type: 'spki', format: 'der' })
  const algorithm = sequence(SHA256_WITH_RSA, NULL)
  const name = sequence(set(sequence(COMMON_NAME, text('sns.headrace'))))
  const body = sequence(
    tagged(0xa0, tagged(0x02, Buffer.from([2]))),
    tagged(0x02, Buffer.concat([Buffer.from([1]), serial])),
    algorithm,
    name,
    sequence(time('20200101000000Z'), time('20991231235959Z')),
    name,
    publicKey,
  )
  const signature = sign('sha256', body, privateKeyPem)
  const bits = tagged(0x03, Buffer.concat([Buffer.from([0]), signature]))
  const lines = sequence(body, algorithm, bits)
    .toString('base64')
    .replace(/.{1,64}/g, '$&\n')
  return `-----BEGIN CERTIFICATE-----\n${lines}-----END CERTIFICATE-----\n`
}

/** Object identifiers 1.2.840.113549.1.1.11 and 2.5.4.3. */
const SHA256_WITH_RSA = Buffer.from('06092a864886f70d01010b', 'hex')
const COMMON_NAME = Buffer.from('0603550403', 'hex')
const NULL = Buffer.from([0x05, 0x00])

function tagged(tag: number, content: Buffer): Buffer {
  const size = content.length
  if (size < 0x80) return Buffer.concat([Buffer.from([tag, size]), content])
  const long = size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff]
  return Buffer.concat([Buffer.from([tag, ...long]), content])
}

function sequence(...parts: ReadonlyArray<Buffer>): Buffer {
  return tagged(0x30, Buffer.concat(parts))
}

function set(content: Buffer): Buffer {
  return tagged(0x31, content)
}

function text(content: string): Buffer {
  return tagged(0x0c, Buffer.from(content))
}

function time(content: string): Buffer {
  return tagged(0x18, Buffer.from(content))
}
