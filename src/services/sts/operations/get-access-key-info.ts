import { ServiceError } from '../../../base/errors.ts'
import { accountOfAccessKeyId } from '../access-key-id.ts'
import type { StsOperation } from '../contract.ts'

/** The account of an access key id, whether the key is still valid or not. */
export const getAccessKeyInfo: StsOperation<'GetAccessKeyInfo'> = {
  name: 'GetAccessKeyInfo',
  async run({ accountOfKey }, { AccessKeyId: accessKeyId }) {
    const account = (await accountOfKey(accessKeyId)) ?? accountOfAccessKeyId(accessKeyId)
    if (account === undefined) {
      throw new ServiceError('ValidationError', `The access key id ${accessKeyId} has no account`)
    }
    return { Account: account }
  },
}
