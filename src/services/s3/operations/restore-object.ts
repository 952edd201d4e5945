import { withStatus } from '../../../wire/answer-status.ts'
import type { S3Operation } from '../contract.ts'
import { originOf } from '../objects/wire-object.ts'
import { malformedXml, notSupported } from '../s3-errors.ts'

export const restoreObject: S3Operation<'RestoreObject'> = {
  name: 'RestoreObject',
  async run({ buckets, restorations }, input, context) {
    const { Days: days, GlacierJobParameters, Tier, ...other } = input.RestoreRequest ?? {}
    if (other.Type) throw notSupported(`Type ${other.Type}`)
    if (other.SelectParameters) throw notSupported('SelectParameters')
    if (other.OutputLocation) throw notSupported('OutputLocation')
    if (days === undefined) throw malformedXml()
    const bucket = await buckets.find(context.accountId, input.Bucket, input.ExpectedBucketOwner)
    const outcome = await restorations.begin(bucket, input.Key, {
      days,
      versionId: input.VersionId,
      tier: GlacierJobParameters?.Tier ?? Tier ?? 'Standard',
      origin: originOf(context),
    })
    return withStatus({}, outcome === 'begun' ? 202 : 200)
  },
}
