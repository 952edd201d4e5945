import { STATUS_CODES } from 'node:http'
import type { ServiceError } from '../../base/errors.ts'
import { escapeXml } from '../../wire/codec/xml-writer.ts'
import { hostIdOf } from '../../wire/protocol/error-answer.ts'
import type { WireResponse } from '../../wire/request.ts'

/** An error as web sites of S3 show it; `second`: the error document could not be had either. */
export function errorPage(
  error: ServiceError,
  requestId: string,
  { withBody, second }: { readonly withBody: boolean; readonly second?: ServiceError | undefined },
): WireResponse {
  const { code, message, status, fields } = error
  const hostId = hostIdOf(requestId)
  const headers = {
    'x-amz-error-code': code,
    'x-amz-error-message': message.replace(/[^\x20-\x7e]/g, '?'),
    'x-amz-request-id': requestId,
    'x-amz-id-2': hostId,
  }
  if (!withBody || status === 304) return { status, headers }
  const title = `${status} ${STATUS_CODES[status] ?? ''}`
  const ids = { RequestId: requestId, HostId: hostId }
  const items = itemsOf({ Code: code, Message: message, ...fields, ...ids })
  const more = second
    ? `<h3>An Error Occurred While Attempting to Retrieve a Custom Error Document</h3>\n<ul>\n${itemsOf({ Code: second.code, Message: second.message, ...second.fields })}</ul>\n`
    : ''
  const body = `<html>\n<head><title>${title}</title></head>\n<body>\n<h1>${title}</h1>\n<ul>\n${items}</ul>\n${more}<hr/>\n</body>\n</html>\n`
  return { status, headers: { ...headers, 'content-type': 'text/html; charset=utf-8' }, body }
}

function itemsOf(values: Readonly<Record<string, unknown>>): string {
  return Object.entries(values)
    .map(([name, value]) => `<li>${name}: ${escapeXml(String(value))}</li>\n`)
    .join('')
}
