import { ServiceError } from '../../base/errors.ts'
import { parseXml } from '../../wire/codec/xml-parser.ts'
import type { HeaderFields } from '../signature.ts'

/** Fields that stand for a header of PutObject by another name. */
const renamed: Readonly<Record<string, string>> = { acl: 'x-amz-acl' }

const content = new Set([
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
])

/** Those that carry the signature, and no wish. */
const ofTheSignature = new Set([
  'x-amz-algorithm',
  'x-amz-credential',
  'x-amz-date',
  'x-amz-security-token',
  'x-amz-signature',
])

/** The field, or AWS's complaint that it is not there. */
export function requireField(fields: ReadonlyMap<string, string>, name: string): string {
  const value = fields.get(name.toLowerCase())
  if (value !== undefined) return value
  throw new ServiceError(
    'InvalidArgument',
    `Bucket POST must contain a field named '${name}'.  If it is specified, please check the order of the fields.`,
    { fields: { ArgumentName: name, ArgumentValue: '' } },
  )
}

/** The wishes of a form, as the headers that PutObject has for them. */
export function formHeaders(
  fields: ReadonlyMap<string, string>,
  sent: HeaderFields,
): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const name of ['host', 'origin', 'referer', 'user-agent']) {
    const value = sent[name]
    if (value !== undefined) headers[name] = value
  }
  for (const [name, value] of fields) {
    const isWish = content.has(name) || (name.startsWith('x-amz-') && !ofTheSignature.has(name))
    const header = renamed[name] ?? (isWish ? name : undefined)
    // Headers are bytes that Node shows as Latin-1.
    if (header !== undefined) headers[header] = Buffer.from(value).toString('latin1')
  }
  const tagging = fields.get('tagging')
  if (tagging !== undefined) headers['x-amz-tagging'] = tagsOf(tagging)
  return headers
}

/** The XML of PutObjectTagging, as PutObject wants tags. */
function tagsOf(text: string): string {
  const query = new URLSearchParams()
  try {
    const root = parseXml(Buffer.from(text))
    const set = root.children.find(({ name }) => name === 'TagSet')
    if (root.name !== 'Tagging' || !set) throw malformedTagging()
    for (const tag of set.children) {
      const textIn = (wanted: string) => tag.children.find(({ name }) => name === wanted)?.text
      query.append(textIn('Key') ?? '', textIn('Value') ?? '')
    }
  } catch {
    throw malformedTagging()
  }
  return query.toString()
}

function malformedTagging(): ServiceError {
  return new ServiceError(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  )
}
