import { badRequest } from './connect-errors.ts'
import { connectLimits } from './limits.ts'
import { parseProperties } from './properties.ts'

/** What a worker can be told, and has its effect on every connector with that worker. */
const served = [
  'key.converter',
  'key.converter.schemas.enable',
  'value.converter',
  'value.converter.schemas.enable',
  'consumer.auto.offset.reset',
] as const

const isServed: ReadonlySet<string> = new Set(served)
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/

/**
 * The properties of a worker from their text in base64. Throws `BadRequestException` that names the
 * first one that is missing or would have no effect; their values are judged with a connector's.
 */
export function readWorkerProperties(content: string): Readonly<Record<string, string>> {
  if (!BASE64.test(content)) throw badRequest('propertiesFileContent is not in base64.')
  const bytes = Buffer.from(content, 'base64')
  if (bytes.length > connectLimits.propertiesBytesMax) {
    throw badRequest(
      `A worker configuration has at most ${connectLimits.propertiesBytesMax} bytes.`,
    )
  }
  const properties = parseProperties(bytes.toString('utf8'))
  for (const name of properties.keys()) {
    if (isServed.has(name)) continue
    throw badRequest(
      `The worker property ${name} is not served by Headrace: it would have no effect. It serves ${served.join(', ')}.`,
    )
  }
  for (const name of ['key.converter', 'value.converter']) {
    if (!properties.has(name)) throw badRequest(`The worker property ${name} is required.`)
  }
  return Object.fromEntries(properties)
}
