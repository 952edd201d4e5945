import { assert } from '../../base/assert.ts'
import { givenStatus } from '../answer-status.ts'
import type { OperationModel, ServiceModel } from '../model/service-model.ts'
import type { StructureShape } from '../model/shape.ts'
import type { WireOperation } from '../request.ts'
import type { WriteError } from './error-answer.ts'
import type { EventPayload } from './event-answer.ts'
import { eventBody, eventMemberOf } from './event-answer.ts'
import type { BodyReaders } from './rest-input.ts'
import { restReader } from './rest-input.ts'
import type { BodyWriters } from './rest-output.ts'
import { restWriter } from './rest-output.ts'
import type { RequestLine, RouteMatch } from './rest-routes.ts'
import { identityOf } from './rpc.ts'

/** What restJson1 and restXml do not share. */
export interface RestFormat extends BodyReaders, BodyWriters {
  readonly eventPayload: EventPayload
  /** Runs the reading of an input and checks the result, in the service's words for what is wrong. */
  checked(shape: StructureShape, read: () => Promise<object>): Promise<object>
  requestIdHeaders(requestId: string): Readonly<Record<string, string>>
  errorWriter(method: string): WriteError
}

/** The operation, for the one request whose path and query matched it. */
export type OpenRestOperation = (match: RouteMatch, line: RequestLine) => WireOperation

/** Readers and writers are compiled here, once an operation. */
export function restOperation(
  model: ServiceModel,
  { name, input, output, hasOutput, http }: OperationModel,
  format: RestFormat,
): OpenRestOperation {
  assert(http !== undefined, `${name} has a path`)
  const [method, , okStatus] = http
  const read = restReader(input, format)
  const eventMember = eventMemberOf(output)
  const plainOutput =
    eventMember === undefined
      ? output
      : { ...output, members: output.members.filter((member) => member !== eventMember) }
  const write = restWriter(plainOutput, format)
  const writeError = format.errorWriter(method)
  // Not by spreading: that is slow in what is made for every request.
  const { service, operation, signingName, inputMembers } = identityOf(model, name, input)
  return (match, line) => ({
    service,
    operation,
    signingName,
    inputMembers,
    readInput: (request) => format.checked(input, () => read(request, match, line)),
    writeOutput(value, requestId) {
      const ids = format.requestIdHeaders(requestId)
      if (!hasOutput) return { status: okStatus, headers: ids }
      const answer = write(value, givenStatus(value as object) ?? okStatus)
      Object.assign(answer.headers, ids)
      // RFC 9110, 14.4: what has a Content-Range is a part. S3's model knows one status only.
      if (answer.status === 200 && answer.headers['content-range']) answer.status = 206
      if (eventMember !== undefined) {
        const events = (value as Record<string, AsyncIterable<object>>)[eventMember.name]
        assert(events !== undefined, `${name} gives its events`)
        answer.headers['content-type'] = 'application/vnd.amazon.eventstream'
        answer.body = eventBody(events, eventMember, format.eventPayload, undefined)
      }
      return answer
    },
    writeError,
  })
}
