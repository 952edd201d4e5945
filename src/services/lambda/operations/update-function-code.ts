import { readCodeArchive } from '../code-archive.ts'
import type { LambdaOperation } from '../contract.ts'
import { parseFunctionName } from '../function-names.ts'
import { readCode } from './wire-code.ts'
import { toConfiguration } from './wire-configuration.ts'

/** The new code is what runs from the next event on. */
export const updateFunctionCode: LambdaOperation<'UpdateFunctionCode'> = {
  name: 'UpdateFunctionCode',
  refuses: ['PublishTo'],
  async run({ functions, versions, objects }, input, scope) {
    const { name } = parseFunctionName(scope, input.FunctionName)
    const current = await functions.get(scope, name)
    const zip = await readCode(objects, scope, input)
    if (input.DryRun) {
      readCodeArchive(zip)
      return toConfiguration(scope, { name }, current.latest)
    }
    const record = await functions.updateCode(scope, name, {
      zip,
      architecture: input.Architectures?.[0],
      revisionId: input.RevisionId,
    })
    if (!input.Publish) return toConfiguration(scope, { name }, record.latest)
    const version = await versions.publish(scope, name, {})
    return toConfiguration(scope, { name, qualifier: version.version }, version)
  },
}
