import { dateOf } from '../../../base/clock.ts'
import type { AnsweredRequest } from '../../../wire/operation.ts'
import { canonicalIdOf } from '../objects/object-record.ts'
import type { LoggedBucket } from './logging-settings.ts'
import { operationName } from './operation-names.ts'

/** Members of inputs that a line names. */
interface NamedInput {
  readonly Key?: string
  readonly VersionId?: string
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/**
 * One request as server access logs have it, without the end of the line.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html
 */
export function accessLine(bucket: LoggedBucket, request: AnsweredRequest): string {
  const { input, context, status, sentBytes, requestHeaders, totalMs, turnAroundMs } = request
  const { Key: key, VersionId: versionId } = input as NamedInput
  const { proof } = context
  return [
    canonicalIdOf(bucket.accountId),
    bucket.name,
    timeText(request.atMs),
    context.sourceAddress.replace(/^::ffff:(?=\d+\.)/i, ''),
    requesterOf(context.callerArn),
    context.requestId,
    operationName(request.operation, request.method, key !== undefined),
    key === undefined ? '-' : encodeURIComponent(key).replaceAll('%2F', '/'),
    quoted(`${request.method} ${request.target} HTTP/1.1`),
    String(status),
    request.errorCode ?? '-',
    sentBytes > 0 ? String(sentBytes) : '-',
    sizeText(request),
    String(Math.round(totalMs)),
    String(Math.round(turnAroundMs)),
    quoted(requestHeaders['referer'] ?? '-'),
    quoted(requestHeaders['user-agent'] ?? '-'),
    versionId ?? '-',
    Buffer.from(context.requestId).toString('base64'),
    proof ? (proof.version === 'AWS' ? 'SigV2' : 'SigV4') : '-',
    '-',
    proof ? (proof.authType === 'REST-HEADER' ? 'AuthHeader' : 'QueryString') : '-',
    requestHeaders['host'] ?? '-',
    '-',
    '-',
    '-',
  ].join(' ')
}

function timeText(ms: number): string {
  const iso = dateOf(ms).toISOString()
  const month = MONTHS[Number(iso.slice(5, 7)) - 1]
  return `[${iso.slice(8, 10)}/${month}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000]`
}

// AWS: an account is named by its canonical id, a user or a role by its ARN.
function requesterOf(callerArn: string): string {
  const accountId = callerArn.split(':')[4] ?? ''
  if (accountId === '') return '-'
  return callerArn.endsWith(':root') ? canonicalIdOf(accountId) : callerArn
}

/** Of the whole object, where the answer or the request says it. */
function sizeText({ operation, requestHeaders, responseHeaders, status }: AnsweredRequest): string {
  if (status >= 300) return '-'
  if (operation === 'GetObject' || operation === 'HeadObject') {
    const whole = /\/(\d+)$/.exec(responseHeaders['content-range'] ?? '')?.[1]
    return whole ?? responseHeaders['content-length'] ?? '-'
  }
  if (operation !== 'PutObject' && operation !== 'UploadPart') return '-'
  return requestHeaders['x-amz-decoded-content-length'] ?? requestHeaders['content-length'] ?? '-'
}

// A quote in what a client says must not end the field.
function quoted(text: string): string {
  return `"${text.replaceAll('"', '%22').replace(/[\r\n]/g, ' ')}"`
}
