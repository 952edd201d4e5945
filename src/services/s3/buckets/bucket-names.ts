import { ServiceError } from '../../../base/errors.ts'

const shape = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/
const address = /^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}$/
const reservedStarts = ['xn--', 'sthree-', 'amzn-s3-demo-']
const reservedEnds = ['-s3alias', '--ol-s3', '.mrap', '--x-s3', '--table-s3']

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
function isBucketName(name: string): boolean {
  return (
    shape.test(name) &&
    !name.includes('..') &&
    !address.test(name) &&
    !reservedStarts.some((start) => name.startsWith(start)) &&
    !reservedEnds.some((end) => name.endsWith(end))
  )
}

export function requireBucketName(name: string): void {
  if (isBucketName(name)) return
  throw new ServiceError('InvalidBucketName', 'The specified bucket is not valid.', {
    fields: { BucketName: name },
  })
}
