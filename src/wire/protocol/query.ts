import { parseForm, readFormStructure } from '../codec/form-reader.ts'
import { escapeXml, writeXml } from '../codec/xml-writer.ts'
import type { ServiceModel } from '../model/service-model.ts'
import type { WireRequest } from '../request.ts'
import { queryErrorWriter } from './error-answer.ts'
import type { InputCheck } from './input-check.ts'
import { queryPastOf } from './query-past.ts'
import type { OpenOperation } from './rpc.ts'
import { identityOf } from './rpc.ts'

/** The form of an awsQuery request: the body, or the query string of a GET (a presigned call). */
export async function formTextOf(request: WireRequest): Promise<string> {
  return request.method === 'GET' ? request.rawQuery : (await request.bytes()).toString()
}

/** awsQuery: a form in, XML out. */
export function queryOperations(model: ServiceModel, check: InputCheck): OpenOperation {
  const xmlNamespace = model.data.xmlNamespace ?? queryPastOf(model.data.name)?.xmlNamespace
  const xmlns = xmlNamespace ? ` xmlns="${escapeXml(xmlNamespace)}"` : ''
  const writeError = queryErrorWriter(model)

  return ({ name, input, output, hasOutput }) => {
    const takesQueue = input.members.some((member) => member.name === 'QueueUrl')
    return {
      ...identityOf(model, name, input),
      async readInput(request) {
        const form = await formTextOf(request)
        const value = check.decoded(() => readFormStructure(input, parseForm(form)))
        // AWS: requests of SQS go to the URL of their queue, which then need not stand in the form.
        if (takesQueue && request.rawPath !== '/') value['QueueUrl'] ??= request.rawPath
        check.requireValid(input, value)
        return value
      },
      writeOutput(value, requestId) {
        const result = hasOutput ? writeXml(output, value, `${name}Result`) : ''
        const id = escapeXml(requestId)
        const body =
          `<${name}Response${xmlns}>${result}` +
          `<ResponseMetadata><RequestId>${id}</RequestId></ResponseMetadata></${name}Response>`
        const headers = { 'x-amzn-requestid': requestId, 'content-type': 'text/xml' }
        return { status: 200, headers, body }
      },
      writeError,
    }
  }
}
