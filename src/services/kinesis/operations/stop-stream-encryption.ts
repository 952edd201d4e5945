import type { KinesisOperation } from '../contract.ts'
import { encryptionOf, keyArnOf, withEncryption } from '../encryption.ts'
import { invalidArgument } from '../stream-errors.ts'
import { streamKeyOf } from '../wire-stream.ts'

export const stopStreamEncryption: KinesisOperation<'StopStreamEncryption'> = {
  name: 'StopStreamEncryption',
  refuses: ['StreamId'],
  async run({ streams, clock }, input, context) {
    const key = streamKeyOf(input, context)
    if (input.EncryptionType !== 'KMS') {
      throw invalidArgument('EncryptionType NONE is not valid for StopStreamEncryption.')
    }
    const keyArn = keyArnOf(key, input.KeyId)
    await streams.change(key, (stream) => {
      const before = encryptionOf(stream)
      if (!before) return stream
      if (before.keyArn !== keyArn) {
        throw invalidArgument(
          `Stream ${key.name} under account ${key.accountId} is not encrypted with the key ${input.KeyId}.`,
        )
      }
      const change = { requestedMs: clock.wallMs(), keyId: '', keyArn: '' }
      return { ...stream, ...withEncryption(key, stream, change) }
    })
    return {}
  },
}
