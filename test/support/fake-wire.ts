import type { Readable } from 'node:stream'
import { ServiceError } from '../../src/base/errors.ts'
import type { Wire, WireRequest, WireResponse } from '../../src/wire/request.ts'

/**
 * The least wire that the server can be tested with: an S3 request is `PutObject`, `GetObject`, … by
 * its method (unsigned: below `/b/`), all else is named by `X-Amz-Target`. Inputs are raw, outputs are whole responses,
 * errors are JSON.
 */
export const fakeWire: Wire = {
  async identify(request, signingName) {
    const target = request.headers['x-amz-target']
    const isObject = signingName === 's3' || request.rawPath.startsWith('/b/')
    if (!isObject && target === undefined) {
      const error = new ServiceError('UnknownOperationException', 'what is that?', { status: 404 })
      return { kind: 'unknown', error, writeError }
    }
    const method = request.method
    const object = `${method.charAt(0)}${method.slice(1).toLowerCase()}Object`
    const [service = '', operation = ''] =
      target === undefined ? ['s3', object] : [target.split('_')[0], target.split('.')[1]]
    return {
      kind: 'operation',
      operation: {
        service: service.toLowerCase(),
        operation,
        signingName: service.toLowerCase(),
        inputMembers: [],
        readInput: (checked) => readInput(service, checked),
        writeOutput: (output) => output as WireResponse,
        writeError,
      },
    }
  },
}

export interface FakeObjectInput {
  readonly path: string
  readonly headers: WireRequest['headers']
  readonly stream: Readable
}

async function readInput(service: string, request: WireRequest): Promise<unknown> {
  if (service === 's3') {
    return { path: request.rawPath, headers: request.headers, stream: request.stream }
  }
  const text = (await request.bytes()).toString()
  try {
    return text === '' ? {} : JSON.parse(text)
  } catch {
    throw new ServiceError('SerializationException', '')
  }
}

function writeError(error: ServiceError): WireResponse {
  const { code, message, status, fields } = error
  const headers = { 'content-type': 'application/json' }
  return { status, headers, body: JSON.stringify({ code, message, fields }) }
}
