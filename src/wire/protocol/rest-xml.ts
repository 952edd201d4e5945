import { present } from '../../base/assert.ts'
import { MalformedInput } from '../codec/malformed-input.ts'
import { parseXml } from '../codec/xml-parser.ts'
import { readXml, readXmlStructure } from '../codec/xml-reader.ts'
import { escapeXml, writeXml, writeXmlContent } from '../codec/xml-writer.ts'
import type { ServiceModel } from '../model/service-model.ts'
import type { Member, StructureShape } from '../model/shape.ts'
import { explain } from '../validate/explain.ts'
import { createValidator } from '../validate/validator.ts'
import { hostIdOf, restXmlErrorWriter } from './error-answer.ts'
import type { RestFormat } from './rest.ts'
import { describeMalformed, describeProblem } from './s3-faults.ts'

const contentType = 'application/xml'
const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n'

/**
 * AWS: outputs whose root element is their one member (the Smithy trait `s3UnwrappedXmlOutput`,
 * which the SDK's schemas leave out).
 */
const unwrappedOutputs: ReadonlySet<string> = new Set(['GetBucketLocationOutput'])

/** restXml, as S3 speaks it. */
export function restXmlFormat(model: ServiceModel): RestFormat {
  const { xmlNamespace } = model.data
  const xmlns = xmlNamespace ? ` xmlns="${escapeXml(xmlNamespace)}"` : ''
  const validatorOf = createValidator(model.data)
  return {
    contentType,
    writesEmptyBody: false,
    payloadReader(member) {
      const rootName = rootNameOf(member)
      return (body) => {
        const root = parseXml(body)
        if (root.name !== rootName) throw new MalformedInput(`The root is not ${rootName}`)
        return readXml(member.shape, root, member.limits)
      }
    },
    membersReader: (shape, members) => (body) => readXmlStructure(shape, parseXml(body), members),
    payloadWriter: (member) => (value) =>
      declaration + writeXml(member.shape, value, rootNameOf(member), xmlns),
    membersWriter(shape, members) {
      const root = shape.traits.xmlName ?? shape.name
      if (unwrappedOutputs.has(shape.name)) {
        const only = present(members[0], 'the one member of an unwrapped output')
        return (value) => {
          const item = (value as Readonly<Record<string, unknown>>)[only.name] ?? ''
          return declaration + writeXml(only.shape, item, root, xmlns)
        }
      }
      return (value) => {
        const { attributes, body } = writeXmlContent(members, value)
        return `${declaration}<${root}${xmlns}${attributes}>${body}</${root}>`
      }
    },
    eventPayload: {
      contentType: 'text/xml',
      write: (shape, value, tag) => writeXml(shape, value, tag, xmlns),
    },
    async checked(shape, read) {
      let input: object
      try {
        input = await read()
      } catch (error) {
        throw error instanceof MalformedInput ? describeMalformed(error) : error
      }
      requireValid(shape, input)
      return input
    },
    requestIdHeaders: (requestId) => ({
      'x-amz-request-id': requestId,
      'x-amz-id-2': hostIdOf(requestId),
    }),
    errorWriter: (method) => restXmlErrorWriter(model, { withBody: method !== 'HEAD' }),
  }

  function requireValid(shape: StructureShape, input: object): void {
    const isValid = validatorOf(shape)
    if (isValid === undefined || isValid(input)) return
    const [problem] = explain(shape, input, model.data)
    throw describeProblem(present(problem, 'what the validator refused'))
  }
}

function rootNameOf({ name, traits, shape }: Member): string {
  const own = shape.kind === 'structure' ? (shape.traits.xmlName ?? shape.name) : undefined
  return traits.xmlName ?? own ?? name
}
