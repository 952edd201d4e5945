import { EngineError } from '../../../base/errors.ts'
import type { KinesisOperation } from '../contract.ts'
import { encryptionOf, keyArnOf, withEncryption } from '../encryption.ts'
import { invalidArgument } from '../stream-errors.ts'
import { streamKeyOf } from '../wire-stream.ts'

export const startStreamEncryption: KinesisOperation<'StartStreamEncryption'> = {
  name: 'StartStreamEncryption',
  refuses: ['StreamId'],
  async run({ streams, clock, encrypts }, input, context) {
    const key = streamKeyOf(input, context)
    if (input.EncryptionType !== 'KMS') {
      throw invalidArgument('EncryptionType NONE is not valid for StartStreamEncryption.')
    }
    const { KeyId: keyId } = input
    const keyArn = keyArnOf(key, keyId)
    const stream = await streams.get(key)
    if (!encrypts) {
      throw new EngineError(
        'unsupported',
        `StartStreamEncryption: the log does not encrypt at rest. Stream ${stream.name} was not changed.`,
      )
    }
    await streams.change(key, (current) => {
      const before = encryptionOf(current)
      if (before?.keyArn === keyArn && before.keyId === keyId) return current
      const change = { requestedMs: clock.wallMs(), keyId, keyArn }
      return { ...current, ...withEncryption(key, current, change) }
    })
    return {}
  },
}
