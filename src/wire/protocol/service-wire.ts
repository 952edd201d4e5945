import type { ServiceModel } from '../model/service-model.ts'
import type { WireOperation } from '../request.ts'
import { createInputCheck } from './input-check.ts'
import { queryOperations } from './query.ts'
import type { OpenRestOperation } from './rest.ts'
import { restOperation } from './rest.ts'
import { restJsonFormat } from './rest-json.ts'
import type { MatchRoute, RequestLine } from './rest-routes.ts'
import { compileRoutes } from './rest-routes.ts'
import { restXmlFormat } from './rest-xml.ts'
import type { OpenOperation } from './rpc.ts'
import { cborOperations, jsonOperations } from './rpc.ts'

/** How a caller of an RPC service writes its messages. */
export type RpcForm = 'json' | 'cbor' | 'rpc-v2-cbor' | 'query'

/** The operations of one service, each compiled when it is first asked for and then kept. */
export interface ServiceWire {
  readonly model: ServiceModel
  /** `undefined`: the service has no operation of that name. */
  operation(name: string, form: RpcForm): WireOperation | undefined
  /** `undefined`: method, path and parameters fit no operation. */
  route(line: RequestLine): WireOperation | undefined
}

export function createServiceWire(model: ServiceModel): ServiceWire {
  const check = createInputCheck(model)
  const forms = new Map<RpcForm, OpenOperation>()
  const opened = new Map<string, WireOperation>()
  const routed = new Map<string, OpenRestOperation>()
  let match: MatchRoute | undefined

  const formOf = (form: RpcForm): OpenOperation => {
    let open = forms.get(form)
    if (open === undefined) {
      open = openForm(model, form, check)
      forms.set(form, open)
    }
    return open
  }

  const format = () =>
    model.data.protocol === 'restXml' ? restXmlFormat(model) : restJsonFormat(model, check)
  let restFormat: ReturnType<typeof format> | undefined

  return {
    model,
    operation(name, form) {
      const key = `${form} ${name}`
      const known = opened.get(key)
      if (known) return known
      const operation = model.operations.get(name)
      if (operation === undefined) return undefined
      const made = formOf(form)(operation)
      opened.set(key, made)
      return made
    },
    route(line) {
      match ??= compileRoutes(model)
      const found = match(line)
      if (found === undefined) return undefined
      const { operation } = found
      let open = routed.get(operation.name)
      if (open === undefined) {
        restFormat ??= format()
        open = restOperation(model, operation, restFormat)
        routed.set(operation.name, open)
      }
      return open(found, line)
    },
  }
}

function openForm(
  model: ServiceModel,
  form: RpcForm,
  check: ReturnType<typeof createInputCheck>,
): OpenOperation {
  switch (form) {
    case 'json':
      return jsonOperations(model, check)
    case 'query':
      return queryOperations(model, check)
    case 'cbor': {
      const contentType = 'application/x-amz-cbor-1.1'
      return cborOperations(model, check, { contentType, timeUnit: 'milliseconds' })
    }
    case 'rpc-v2-cbor':
      return cborOperations(model, check, { contentType: 'application/cbor', timeUnit: 'seconds' })
  }
}
