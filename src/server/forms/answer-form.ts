import { Readable } from 'node:stream'
import type { Clock } from '../../base/clock.ts'
import type { Service } from '../../wire/operation.ts'
import type { Wire, WireRequest, WireResponse } from '../../wire/request.ts'
import type { Authenticator } from '../authenticate.ts'
import { crossOriginHeaders, withHeaders } from '../cross-origin-headers.ts'
import type { Passage } from '../passage.ts'
import type { Perform } from '../perform.ts'
import { receiveForm } from './form-upload.ts'

/** Answers a form of a web page, as the PutObject that it stands for. */
export function createFormAnswer(deps: {
  readonly wire: Wire
  readonly services: ReadonlyMap<string, Service>
  readonly authenticator: Authenticator
  readonly perform: Perform
  readonly clock: Clock
}): (passage: Passage, rawPath: string) => Promise<WireResponse> {
  const { wire, services, perform } = deps

  return async (passage, rawPath) => {
    const { exchange } = passage
    passage.service = 's3'
    passage.operation = 'PostObject'
    const shared = await crossOriginHeaders(services.get('s3'), exchange, rawPath)
    const line = { ...emptyRequest, rawPath, headers: exchange.headers }
    const writer = await identifyObject(wire, line)
    passage.writeError = (error, id) => withHeaders(writer.writeError(error, id), shared)
    const form = await receiveForm(exchange, rawPath, deps)
    const { request, caller } = form
    const operation = await identifyObject(wire, request)
    if (!('operation' in operation)) throw operation.error
    const call = { request: () => request, caller, isForm: true }
    const { response } = await perform(passage, operation, call)
    return withHeaders(form.answer(response), shared)
  }
}

const emptyRequest = {
  method: 'GET',
  rawQuery: '',
  stream: Readable.from([]),
  bytes: () => Promise.resolve(Buffer.alloc(0)),
}

async function identifyObject(wire: Wire, request: WireRequest) {
  const identified = await wire.identify(request, 's3')
  return identified.kind === 'operation' ? identified.operation : identified
}
