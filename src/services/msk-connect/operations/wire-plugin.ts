import { dateOf } from '../../../base/clock.ts'
import type { Scope } from '../../../base/scope.ts'
import { arnOf } from '../connect-arns.ts'
import type { BuiltInPlugin } from '../plugins.ts'

/** It has no file, and was there before anything else. */
export function writePlugin(scope: Scope, plugin: BuiltInPlugin) {
  const { name, description, revision } = plugin
  const creationTime = dateOf(0)
  return {
    customPluginArn: arnOf(scope, 'custom-plugin', plugin),
    customPluginState: 'ACTIVE' as const,
    name,
    description,
    creationTime,
    latestRevision: { revision, description, creationTime, contentType: 'ZIP' as const },
  }
}
