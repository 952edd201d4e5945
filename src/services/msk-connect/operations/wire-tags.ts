import type { Scope } from '../../../base/scope.ts'
import { kindOfArn, parseArnOf } from '../connect-arns.ts'
import { unsupported } from '../connect-errors.ts'
import type { ConnectDeps } from '../contract.ts'
import { pluginOf } from '../plugins.ts'
import type { Tags } from '../tags.ts'

/** The tags of whatever an ARN names, to be read and changed. */
export interface Tagged {
  read(): Promise<Tags>
  change(change: (tags: Tags) => Tags): Promise<void>
}

/** Throws `BadRequestException` for what has no tags. Plugins that are built in are nobody's to tag. */
export function taggedBy({ connectors, workers }: ConnectDeps, scope: Scope, arn: string): Tagged {
  switch (kindOfArn(arn)) {
    case 'worker-configuration': {
      const key = parseArnOf(scope, 'worker-configuration', arn)
      return {
        read: async () => (await workers.get(scope, key)).tags,
        change: (change) => workers.setTags(scope, key, change),
      }
    }
    case 'custom-plugin': {
      pluginOf(parseArnOf(scope, 'custom-plugin', arn))
      return {
        read: async () => ({}),
        change: async () => {
          throw unsupported('Tagging a plugin that is built in')
        },
      }
    }
  }
  const key = parseArnOf(scope, 'connector', arn)
  return {
    read: async () => (await connectors.get(scope, key)).tags,
    change: (change) => connectors.setTags(scope, key, change),
  }
}
