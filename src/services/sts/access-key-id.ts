/**
 * Access key ids carry their account, so that GetAccessKeyInfo needs no table: `AKIA` or `ASIA`, then
 * sixteen letters of base 32 = ten bytes, whose bits 1 to 40 are the account number.
 * AWS: the same layout as in AWS's own keys issued since 2019 ("AWS Access Key ID formats", by
 * A. Kamenev and T. Ben-Ari); the last 39 bits are random.
 */
export function createAccessKeyId(
  prefix: 'AKIA' | 'ASIA',
  accountId: string,
  random: Uint8Array,
): string {
  let number = 1n
  number = (number << 40n) | BigInt(accountId)
  for (const byte of random.subarray(0, 5)) number = (number << 8n) | BigInt(byte)
  number = (number >> 1n) & ((1n << 80n) - 1n)
  let text = ''
  for (let shift = 75n; shift >= 0n; shift -= 5n) text += letters[Number((number >> shift) & 31n)]
  return prefix + text
}

/** Undefined for an id that is not of this layout. */
export function accountOfAccessKeyId(accessKeyId: string): string | undefined {
  if (!/^A[KS]IA[A-Z2-7]{16}$/.test(accessKeyId)) return undefined
  let number = 0n
  for (const letter of accessKeyId.slice(4)) {
    number = (number << 5n) | BigInt(letters.indexOf(letter))
  }
  const account = (number >> 39n) & ((1n << 40n) - 1n)
  return account < 10n ** 12n ? String(account).padStart(12, '0') : undefined
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
