import type { NamedResource } from './connect-arns.ts'
import { badRequest, notFound, unsupported } from './connect-errors.ts'

/** A connector that is part of the server, named to clients as if it were a plugin of their account. */
export interface BuiltInPlugin extends NamedResource {
  readonly description: string
  readonly revision: number
  readonly classes: ReadonlyArray<string>
}

/** Its id is the same everywhere, so that a script can write its ARN down. */
const s3SinkPlugin: BuiltInPlugin = {
  name: 'headrace-s3-sink',
  id: '00000000-0000-4000-8000-000000000001-1',
  description:
    'Writes records of Kafka topics into S3, with the configuration of the S3 sink connector of Confluent.',
  revision: 1,
  classes: ['io.confluent.connect.s3.S3SinkConnector', 'S3SinkConnector', 'S3Sink'],
}

export const builtInPlugins: ReadonlyArray<BuiltInPlugin> = [s3SinkPlugin]

/** Throws `NotFoundException` for any that is not built in. */
export function pluginOf({ name, id }: NamedResource): BuiltInPlugin {
  const found = builtInPlugins.find((one) => one.name === name && one.id === id)
  if (!found) throw notFound(`There is no custom plugin ${name}; ${whatThereIs}`)
  return found
}

export const whatThereIs = `Headrace runs no Java plugins but has connectors of its own: ${builtInPlugins
  .map(({ name }) => name)
  .join(', ')} (ListCustomPlugins shows their ARNs).`

/** Throws `BadRequestException` for a class that the plugin has not. */
export function checkClass(plugin: BuiltInPlugin, className: string): void {
  if (plugin.classes.includes(className)) return
  if (/jdbc|debezium/i.test(className)) {
    throw unsupported(
      `connector.class ${className} (reading databases, which needs an engine for change data capture that is not built yet)`,
    )
  }
  throw badRequest(
    `connector.class ${className} is not in the plugin ${plugin.name}, which has ${plugin.classes[0]}. ${whatThereIs}`,
  )
}
