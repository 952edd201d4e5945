/** What IAM asks for an operation: the action, and whether its resource is a bucket or an object. */
export interface WantedAction {
  readonly action: string
  readonly of: 'bucket' | 'object'
  /** With `VersionId` in the input, the action is another one. */
  readonly withVersion?: string
}

const bucket = (action: string): WantedAction => ({ action, of: 'bucket' })
const object = (action: string, withVersion?: string): WantedAction => ({
  action,
  of: 'object',
  ...(withVersion !== undefined && { withVersion }),
})

/**
 * Every operation on a bucket. One that is not here is for the owner's account alone.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
 */
export const actionTable: ReadonlyMap<string, WantedAction> = new Map(
  Object.entries({
    AbortMultipartUpload: object('AbortMultipartUpload'),
    CompleteMultipartUpload: object('PutObject'),
    CopyObject: object('PutObject'),
    CreateMultipartUpload: object('PutObject'),
    DeleteBucket: bucket('DeleteBucket'),
    DeleteBucketCors: bucket('PutBucketCORS'),
    DeleteBucketEncryption: bucket('PutEncryptionConfiguration'),
    DeleteBucketInventoryConfiguration: bucket('PutInventoryConfiguration'),
    DeleteBucketLifecycle: bucket('PutLifecycleConfiguration'),
    DeleteBucketOwnershipControls: bucket('PutBucketOwnershipControls'),
    DeleteBucketPolicy: bucket('DeleteBucketPolicy'),
    DeleteBucketReplication: bucket('PutReplicationConfiguration'),
    DeleteBucketTagging: bucket('PutBucketTagging'),
    DeleteBucketWebsite: bucket('DeleteBucketWebsite'),
    DeleteObject: object('DeleteObject', 'DeleteObjectVersion'),
    DeleteObjectTagging: object('DeleteObjectTagging', 'DeleteObjectVersionTagging'),
    DeletePublicAccessBlock: bucket('PutBucketPublicAccessBlock'),
    GetBucketAccelerateConfiguration: bucket('GetAccelerateConfiguration'),
    GetBucketAcl: bucket('GetBucketAcl'),
    GetBucketCors: bucket('GetBucketCORS'),
    GetBucketEncryption: bucket('GetEncryptionConfiguration'),
    GetBucketInventoryConfiguration: bucket('GetInventoryConfiguration'),
    GetBucketLifecycleConfiguration: bucket('GetLifecycleConfiguration'),
    GetBucketLocation: bucket('GetBucketLocation'),
    GetBucketLogging: bucket('GetBucketLogging'),
    GetBucketNotificationConfiguration: bucket('GetBucketNotification'),
    GetBucketOwnershipControls: bucket('GetBucketOwnershipControls'),
    GetBucketPolicy: bucket('GetBucketPolicy'),
    GetBucketPolicyStatus: bucket('GetBucketPolicyStatus'),
    GetBucketReplication: bucket('GetReplicationConfiguration'),
    GetBucketRequestPayment: bucket('GetBucketRequestPayment'),
    GetBucketTagging: bucket('GetBucketTagging'),
    GetBucketVersioning: bucket('GetBucketVersioning'),
    GetBucketWebsite: bucket('GetBucketWebsite'),
    GetObject: object('GetObject', 'GetObjectVersion'),
    GetObjectAcl: object('GetObjectAcl', 'GetObjectVersionAcl'),
    GetObjectAttributes: object('GetObjectAttributes', 'GetObjectVersionAttributes'),
    GetObjectLegalHold: object('GetObjectLegalHold'),
    GetObjectLockConfiguration: bucket('GetBucketObjectLockConfiguration'),
    GetObjectRetention: object('GetObjectRetention'),
    GetObjectTagging: object('GetObjectTagging', 'GetObjectVersionTagging'),
    GetPublicAccessBlock: bucket('GetBucketPublicAccessBlock'),
    HeadBucket: bucket('ListBucket'),
    HeadObject: object('GetObject', 'GetObjectVersion'),
    ListBucketInventoryConfigurations: bucket('GetInventoryConfiguration'),
    ListMultipartUploads: bucket('ListBucketMultipartUploads'),
    ListObjects: bucket('ListBucket'),
    ListObjectsV2: bucket('ListBucket'),
    ListObjectVersions: bucket('ListBucketVersions'),
    ListParts: object('ListMultipartUploadParts'),
    PutBucketAccelerateConfiguration: bucket('PutAccelerateConfiguration'),
    PutBucketAcl: bucket('PutBucketAcl'),
    PutBucketCors: bucket('PutBucketCORS'),
    PutBucketEncryption: bucket('PutEncryptionConfiguration'),
    PutBucketInventoryConfiguration: bucket('PutInventoryConfiguration'),
    PutBucketLifecycleConfiguration: bucket('PutLifecycleConfiguration'),
    PutBucketLogging: bucket('PutBucketLogging'),
    PutBucketNotificationConfiguration: bucket('PutBucketNotification'),
    PutBucketOwnershipControls: bucket('PutBucketOwnershipControls'),
    PutBucketPolicy: bucket('PutBucketPolicy'),
    PutBucketReplication: bucket('PutReplicationConfiguration'),
    PutBucketRequestPayment: bucket('PutBucketRequestPayment'),
    PutBucketTagging: bucket('PutBucketTagging'),
    PutBucketVersioning: bucket('PutBucketVersioning'),
    PutBucketWebsite: bucket('PutBucketWebsite'),
    PutObject: object('PutObject'),
    PutObjectAcl: object('PutObjectAcl', 'PutObjectVersionAcl'),
    PutObjectLegalHold: object('PutObjectLegalHold'),
    PutObjectLockConfiguration: bucket('PutBucketObjectLockConfiguration'),
    PutObjectRetention: object('PutObjectRetention'),
    PutObjectTagging: object('PutObjectTagging', 'PutObjectVersionTagging'),
    PutPublicAccessBlock: bucket('PutBucketPublicAccessBlock'),
    RestoreObject: object('RestoreObject'),
    SelectObjectContent: object('GetObject'),
    UploadPart: object('PutObject'),
    UploadPartCopy: object('PutObject'),
  }),
)
