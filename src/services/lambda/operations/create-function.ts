import type { LambdaOperation } from '../contract.ts'
import { parseFunctionName } from '../function-names.ts'
import { invalidParameter, unsupported } from '../lambda-errors.ts'
import { limits } from '../limits.ts'
import { readCode } from './wire-code.ts'
import { toConfiguration } from './wire-configuration.ts'
import { checkDeadLetters, mergeSettings } from './wire-settings.ts'

/** Defaults of the API reference. */
const defaults = {
  role: '',
  runtime: '',
  handler: '',
  description: '',
  timeoutSeconds: 3,
  memoryMegabytes: 128,
  ephemeralMegabytes: 512,
  architecture: 'x86_64',
}

/** The function can be invoked when this has answered. */
export const createFunction: LambdaOperation<'CreateFunction'> = {
  name: 'CreateFunction',
  refuses: [
    'CapacityProviderConfig',
    'CodeSigningConfigArn',
    'DurableConfig',
    'PublishTo',
    'TenancyConfig',
  ],
  async run(deps, input, scope) {
    const { functions, versions, objects, runtimes } = deps
    const { name } = parseFunctionName(scope, input.FunctionName)
    if (input.PackageType === 'Image') throw unsupported('PackageType Image')
    if (input.Runtime === undefined || input.Handler === undefined) {
      throw invalidParameter(
        'Runtime and Handler are mandatory parameters for functions created with deployment packages.',
      )
    }
    const tags = input.Tags ?? {}
    if (Object.keys(tags).length > limits.tagsMax) {
      throw invalidParameter('Number of tags exceeds resource tag limit.')
    }
    const settings = mergeSettings(defaults, input, runtimes)
    await checkDeadLetters(deps, scope, name, settings)
    const zip = await readCode(objects, scope, input.Code)
    const record = await functions.create(scope, { name, settings, zip, tags })
    if (!input.Publish) return toConfiguration(scope, { name }, record.latest)
    const version = await versions.publish(scope, name, {})
    return toConfiguration(scope, { name, qualifier: version.version }, version)
  },
}
