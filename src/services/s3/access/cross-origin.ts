import { ServiceError } from '../../../base/errors.ts'
import type { CrossOrigin, CrossOriginQuestion } from '../../../wire/operation.ts'
import type { Buckets } from '../buckets/buckets.ts'
import type { CorsRule } from './bucket-access.ts'

/** Answers browsers by the CORS rules of the bucket; the first rule that fits decides. */
export function createCrossOrigin({ buckets }: { readonly buckets: Buckets }): CrossOrigin {
  async function rulesOf({ rawPath }: CrossOriginQuestion) {
    const bucket = await buckets.look(decoded(rawPath.split('/')[1] ?? ''))
    return bucket && (bucket.access?.corsRules ?? [])
  }

  return {
    async headers(question) {
      const rule = (await rulesOf(question))?.find((one) => fits(one, question))
      return rule ? answerHeaders(rule, question.origin) : {}
    },

    async preflight(question) {
      const type = question.rawPath.split('/', 3)[2] ? 'OBJECT' : 'BUCKET'
      const rules = await rulesOf(question)
      if (!rules) throw refused('CORSResponse: Bucket not found', 'OPTIONS', 'BUCKET')
      const { method } = question
      if (rules.length === 0) {
        throw refused('CORSResponse: CORS is not enabled for this bucket.', method, 'BUCKET')
      }
      const rule = rules.find(
        (one) =>
          fits(one, question) &&
          question.headers.every((name) =>
            one.allowedHeaders.some((pattern) => like(pattern.toLowerCase(), name.toLowerCase())),
          ),
      )
      if (!rule) throw refused(notAllowed, method, type)
      return {
        ...answerHeaders(rule, question.origin),
        ...(question.headers.length > 0 && {
          'access-control-allow-headers': question.headers.join(', ').toLowerCase(),
        }),
      }
    },
  }
}

// AWS: word for word, the misspelling included.
const notAllowed =
  "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec."

function refused(message: string, method: string, resourceType: string): ServiceError {
  const fields = { Method: method, ResourceType: resourceType }
  return new ServiceError('AccessForbidden', message, { status: 403, fields })
}

function fits(
  { allowedOrigins, allowedMethods }: CorsRule,
  { origin, method }: CrossOriginQuestion,
): boolean {
  return allowedMethods.includes(method) && allowedOrigins.some((one) => like(one, origin))
}

function answerHeaders(rule: CorsRule, origin: string): Readonly<Record<string, string>> {
  const { allowedOrigins, allowedMethods, exposeHeaders, maxAgeSeconds } = rule
  const everybody = allowedOrigins.includes('*')
  return {
    'access-control-allow-origin': everybody ? '*' : origin,
    'access-control-allow-methods': allowedMethods.join(', '),
    ...(exposeHeaders.length > 0 && { 'access-control-expose-headers': exposeHeaders.join(', ') }),
    ...(maxAgeSeconds !== undefined && { 'access-control-max-age': String(maxAgeSeconds) }),
    ...(!everybody && { 'access-control-allow-credentials': 'true' }),
    vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
  }
}

/** With one `*` at most. */
function like(pattern: string, text: string): boolean {
  const star = pattern.indexOf('*')
  if (star < 0) return pattern === text
  const tail = pattern.slice(star + 1)
  return (
    text.length >= pattern.length - 1 &&
    text.startsWith(pattern.slice(0, star)) &&
    text.endsWith(tail)
  )
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
