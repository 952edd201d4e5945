import { jsonDialect, parseJson } from '../codec/json-text.ts'
import { createJsonWriter } from '../codec/json-writer.ts'
import { MalformedInput } from '../codec/malformed-input.ts'
import { createTreeReader } from '../codec/tree-reader.ts'
import type { ServiceModel } from '../model/service-model.ts'
import { restJsonErrorWriter } from './error-answer.ts'
import type { InputCheck } from './input-check.ts'
import type { RestFormat } from './rest.ts'

const contentType = 'application/json'

export function restJsonFormat(model: ServiceModel, check: InputCheck): RestFormat {
  const reader = createTreeReader(jsonDialect({ usesJsonName: true }))
  const writer = createJsonWriter({ usesJsonName: true })
  const writeError = restJsonErrorWriter(model)
  return {
    contentType,
    writesEmptyBody: true,
    payloadReader(member) {
      const read = reader.value(member)
      return (body) => read(parseJson(body))
    },
    membersReader(shape, members) {
      const read = reader.members(shape, members)
      return (body) => read(parseJson(body))
    },
    payloadWriter: ({ shape }) => writer.value(shape),
    membersWriter: (_, members) => writer.members(members),
    eventPayload: { contentType, write: (shape, value) => writer.value(shape)(value) },
    async checked(shape, read) {
      let input: object
      try {
        input = await read()
      } catch (error) {
        throw error instanceof MalformedInput ? check.refusal(error) : error
      }
      check.requireValid(shape, input)
      return input
    },
    requestIdHeaders: (requestId) => ({ 'x-amzn-requestid': requestId }),
    errorWriter: () => writeError,
  }
}
