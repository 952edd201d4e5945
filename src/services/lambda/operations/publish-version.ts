import type { LambdaOperation } from '../contract.ts'
import { parseFunctionName } from '../function-names.ts'
import { toConfiguration } from './wire-configuration.ts'

export const publishVersion: LambdaOperation<'PublishVersion'> = {
  name: 'PublishVersion',
  refuses: ['PublishTo'],
  async run({ versions }, { FunctionName, CodeSha256, Description, RevisionId }, scope) {
    const { name } = parseFunctionName(scope, FunctionName)
    const made = await versions.publish(scope, name, {
      codeSha256: CodeSha256,
      description: Description,
      revisionId: RevisionId,
    })
    return toConfiguration(scope, { name, qualifier: made.version }, made)
  },
}
