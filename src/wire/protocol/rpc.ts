import { decodeCbor } from '../codec/cbor.ts'
import type { CborTimeUnit } from '../codec/cbor-values.ts'
import { cborDialect, encodeCbor } from '../codec/cbor-values.ts'
import { createPiecesWriter } from '../codec/json-pieces.ts'
import { compileScanner } from '../codec/json-scanner.ts'
import { jsonDialect, parseJson } from '../codec/json-text.ts'
import { createJsonWriter } from '../codec/json-writer.ts'
import { createTreeReader } from '../codec/tree-reader.ts'
import type { OperationModel, ServiceModel } from '../model/service-model.ts'
import type { WireOperation } from '../request.ts'
import { cborErrorWriter, jsonErrorWriter } from './error-answer.ts'
import { eventBody, eventMemberOf } from './event-answer.ts'
import type { InputCheck } from './input-check.ts'
import { piecewiseAnswer } from './piecewise-body.ts'

export type OpenOperation = (operation: OperationModel) => WireOperation

/** awsJson1.0 and awsJson1.1. Readers and writers are compiled once an operation. */
export function jsonOperations(model: ServiceModel, check: InputCheck): OpenOperation {
  const reader = createTreeReader(jsonDialect({ usesJsonName: false }))
  const writer = createJsonWriter({ usesJsonName: false })
  const writeError = jsonErrorWriter(model)
  const contentType = `application/x-amz-json-${model.data.protocol === 'awsJson1_0' ? '1.0' : '1.1'}`

  return ({ name, input, output, hasOutput }) => {
    const scan = compileScanner(input)
    const read = reader.members(input, input.members)
    const eventMember = eventMemberOf(output)
    const write = writer.members(output.members.filter((member) => member !== eventMember))
    const writePieces = eventMember ? undefined : createPiecesWriter(writer, output.members)
    return {
      ...identityOf(model, name, input),
      async readInput(request) {
        const body = await request.bytes()
        const value = scan?.(body) ?? check.decoded(() => read(parseJson(body)))
        check.requireValid(input, value as object)
        return value
      },
      writeOutput(value, requestId) {
        const headers = { 'x-amzn-requestid': requestId, 'content-type': contentType }
        if (!hasOutput) return { status: 200, headers, body: '' }
        if (writePieces !== undefined) {
          const body = writePieces(value)
          if (typeof body !== 'string') return piecewiseAnswer(headers, body)
          return { status: 200, headers, body }
        }
        if (eventMember === undefined) return { status: 200, headers, body: write(value) }
        const events = (value as Record<string, AsyncIterable<object>>)[eventMember.name] ?? none()
        const payload = {
          contentType: 'application/json',
          write: (shape: typeof input, event: unknown) => writer.value(shape)(event),
        }
        headers['content-type'] = 'application/vnd.amazon.eventstream'
        const body = eventBody(events, eventMember, payload, write(value))
        return { status: 200, headers, body }
      },
      writeError,
    }
  }
}

async function* none(): AsyncGenerator<object> {}

/** The same operations in CBOR. Event streams are never sent in it: Java asks for those in JSON. */
export function cborOperations(
  model: ServiceModel,
  check: InputCheck,
  { contentType, timeUnit }: { readonly contentType: string; readonly timeUnit: CborTimeUnit },
): OpenOperation {
  const reader = createTreeReader(cborDialect(timeUnit))
  const writeError = cborErrorWriter(model, contentType)

  return ({ name, input, output, hasOutput }) => {
    const read = reader.members(input, input.members)
    return {
      ...identityOf(model, name, input),
      async readInput(request) {
        const body = await request.bytes()
        const value = check.decoded(() => read(body.length === 0 ? {} : decodeCbor(body)))
        check.requireValid(input, value as object)
        return value
      },
      writeOutput(value, requestId) {
        const headers: Record<string, string> = {
          'x-amzn-requestid': requestId,
          'content-type': contentType,
        }
        if (timeUnit === 'seconds') headers['smithy-protocol'] = 'rpc-v2-cbor'
        if (!hasOutput) return { status: 200, headers, body: '' }
        return piecewiseAnswer(headers, encodeCbor(output, value, timeUnit))
      },
      writeError,
    }
  }
}

export function identityOf(model: ServiceModel, operation: string, input: OperationModel['input']) {
  return {
    service: model.data.name,
    operation,
    signingName: model.data.signingName,
    inputMembers: input.members.map(({ name }) => name),
  }
}
