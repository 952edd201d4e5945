import { Readable } from 'node:stream'
import type { Clock } from '../../base/clock.ts'
import { ServiceError } from '../../base/errors.ts'
import { escapeXml } from '../../wire/codec/xml-writer.ts'
import type { WireRequest, WireResponse } from '../../wire/request.ts'
import type { Authenticated, Authenticator } from '../authenticate.ts'
import type { BodyPlan } from '../body-checks.ts'
import { planObjectBody } from '../body-checks.ts'
import type { Exchange } from '../exchange.ts'
import { serverLimits } from '../limits.ts'
import type { FoundSignature } from '../signature.ts'
import { formHeaders, requireField } from './form-fields.ts'
import type { FormFile } from './form-reader.ts'
import { readForm } from './form-reader.ts'
import { boundaryOf, malformedForm } from './multipart.ts'
import type { SizeRange } from './post-policy.ts'
import { checkPostPolicy } from './post-policy.ts'

/** An upload by a web form, as the PutObject that it stands for. */
export interface FormUpload {
  readonly request: WireRequest
  readonly caller: Authenticated
  /** What the form is answered, by the answer to its PutObject. */
  answer(put: WireResponse): WireResponse
}

/** Does a browser send a form to a bucket? In path style, without a query, unsigned in its head. */
export function isForm(
  { method, headers, rawQuery }: Exchange,
  rawPath: string,
  found: FoundSignature,
): boolean {
  return (
    method === 'POST' &&
    found.reason === 'missing' &&
    rawQuery === '' &&
    headers['x-amz-target'] === undefined &&
    /^\/[^/]+\/?$/.test(rawPath)
  )
}

/**
 * Reads a form up to its file and checks it: who signed it, and whether it is what he signed. Throws
 * as S3 does.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
 */
export async function receiveForm(
  exchange: Exchange,
  rawPath: string,
  deps: { readonly authenticator: Authenticator; readonly clock: Clock },
): Promise<FormUpload> {
  const { headers } = exchange
  const contentType = headers['content-type'] ?? ''
  if (!/^multipart\/form-data/i.test(contentType)) throw notAForm()
  const boundary = boundaryOf(contentType)
  if (boundary === undefined) throw malformedForm()
  const { fields, file } = await readForm(exchange, boundary)
  const rawBucket = rawPath.split('/')[1] ?? ''
  const bucket = decoded(rawBucket)
  const caller = await deps.authenticator.authenticateForm(fields, headers)
  const key = requireField(fields, 'key').replaceAll(FILENAME, () => file?.filename ?? '')
  const nowMs = deps.clock.wallMs()
  const policy = fields.get('policy')
  const range =
    policy === undefined
      ? undefined
      : checkPostPolicy(policy, new Map([...fields, ['key', key]]), { bucket, nowMs })
  if (!file) throw noFile()
  if (key === '') throw keyEmpty()
  const wished = formHeaders(fields, headers)
  const plan = planObjectBody({ method: 'PUT', rawPath, rawQuery: '', headers: wished }, caller)
  const place = `/${rawBucket}/${key.split('/').map(encodeURIComponent).join('/')}`
  return {
    request: {
      method: 'PUT',
      rawPath: place,
      rawQuery: '',
      headers: wished,
      stream: Readable.from(checked(file, range, plan), { objectMode: false }),
      bytes: () => Promise.resolve(Buffer.alloc(0)),
    },
    caller,
    answer: (put) =>
      formAnswer(put, fields, { bucket, key, location: locationOf(exchange, place) }),
  }
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: what forms write for the name of the file.
const FILENAME = '${filename}'

/** The file, within the size that the policy allows and with the digests that the form names. */
async function* checked(
  { stream }: FormFile,
  range: SizeRange | undefined,
  { checks }: BodyPlan,
): AsyncGenerator<Buffer> {
  let sizeBytes = 0
  const max = range?.max ?? Number.POSITIVE_INFINITY
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length
    if (sizeBytes > max) {
      // AWS: says how large it is, so the rest is counted, within bounds.
      if (sizeBytes > max + serverLimits.droppedSizeMax) break
      continue
    }
    for (const check of checks) check.update(chunk)
    yield chunk
  }
  if (sizeBytes > max) throw tooLarge(sizeBytes, max)
  if (range && sizeBytes < range.min) throw tooSmall(sizeBytes, range.min)
  for (const check of checks) check.finish()
}

/** Under the host name that the form was sent to. */
function locationOf({ headers, secure, rawPath }: Exchange, place: string): string {
  const host = headers['host'] ?? ''
  const inHost = rawPath === '/'
  const path = inHost ? place.slice(place.indexOf('/', 1)) : place
  return `${secure ? 'https' : 'http'}://${host}${path}`
}

interface Made {
  readonly bucket: string
  readonly key: string
  readonly location: string
}

function formAnswer(
  { headers: given }: WireResponse,
  fields: ReadonlyMap<string, string>,
  { bucket, key, location }: Made,
): WireResponse {
  const etag = given['etag'] ?? ''
  const { 'content-type': _type, 'content-length': _length, ...rest } = given
  const headers = { ...rest, location }
  const wanted = fields.get('success_action_redirect') ?? fields.get('redirect')
  const target = wanted !== undefined && URL.canParse(wanted) ? new URL(wanted) : undefined
  if (target && /^https?:$/.test(target.protocol)) {
    const said = new URLSearchParams({ bucket, key, etag })
    target.search = target.search === '' ? `?${said}` : `${target.search}&${said}`
    return { status: 303, headers: { ...headers, location: target.href, 'content-length': '0' } }
  }
  const status = fields.get('success_action_status')
  if (status === '201') {
    const body =
      `<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse><Location>${escapeXml(location)}</Location>` +
      `<Bucket>${escapeXml(bucket)}</Bucket><Key>${escapeXml(key)}</Key><ETag>${escapeXml(etag)}</ETag></PostResponse>`
    return { status: 201, headers: { ...headers, 'content-type': 'application/xml' }, body }
  }
  if (status === '200') return { status: 200, headers: { ...headers, 'content-length': '0' } }
  return { status: 204, headers }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function notAForm(): ServiceError {
  const Condition = 'Bucket POST must be of the enclosure-type multipart/form-data'
  return new ServiceError(
    'PreconditionFailed',
    'At least one of the pre-conditions you specified did not hold',
    { status: 412, fields: { Condition } },
  )
}

function noFile(): ServiceError {
  return new ServiceError('InvalidArgument', 'POST requires exactly one file upload per request.', {
    fields: { ArgumentName: 'file', ArgumentValue: '0' },
  })
}

function keyEmpty(): ServiceError {
  return new ServiceError('InvalidArgument', 'User key must have a length greater than 0.', {
    fields: { ArgumentName: 'key', ArgumentValue: '' },
  })
}

function tooLarge(sizeBytes: number, max: number): ServiceError {
  return new ServiceError(
    'EntityTooLarge',
    'Your proposed upload exceeds the maximum allowed size',
    { fields: { ProposedSize: sizeBytes, MaxSizeAllowed: max } },
  )
}

function tooSmall(sizeBytes: number, min: number): ServiceError {
  return new ServiceError(
    'EntityTooSmall',
    'Your proposed upload is smaller than the minimum allowed size',
    { fields: { ProposedSize: sizeBytes, MinSizeAllowed: min } },
  )
}
