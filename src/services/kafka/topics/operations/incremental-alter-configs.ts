import type { KafkaRequest } from '../../../../wire/kafka/apis.ts'
import type { KafkaOperation } from '../../../../wire/kafka/operation.ts'
import { alterResources } from '../alter-resource.ts'
import { listItems } from '../config-value.ts'
import { kafkaError } from '../failure.ts'
import { findTopicConfig, topicConfigProblem } from '../topic-configs.ts'
import type { ConfigValues } from '../topic-settings.ts'
import type { TopicsDeps } from '../topics-deps.ts'

type Config = KafkaRequest<'incrementalAlterConfigs'>['resources'][number]['configs'][number]

const SET = 0
const DELETE = 1
const APPEND = 2
const SUBTRACT = 3

export const incrementalAlterConfigs: KafkaOperation<TopicsDeps, 'incrementalAlterConfigs'> = {
  name: 'incrementalAlterConfigs',
  run: (deps, request, context) =>
    alterResources(
      deps,
      request,
      (values, configs) => configs.reduce((before, config) => altered(before, config), values),
      context,
    ),
}

function altered(values: ConfigValues, { name, configOperation, value }: Config): ConfigValues {
  if (configOperation === DELETE) {
    return Object.fromEntries(Object.entries(values).filter(([other]) => other !== name))
  }
  if (value === null) throw kafkaError('INVALID_REQUEST', `Null value not supported for : ${name}`)
  if (configOperation === SET) return { ...values, [name]: value }
  if (configOperation !== APPEND && configOperation !== SUBTRACT) {
    throw kafkaError('INVALID_REQUEST', `Unknown operation ${configOperation} on config ${name}`)
  }
  const config = findTopicConfig(name)
  if (!config) throw unknown(name)
  const isAppend = configOperation === APPEND
  if (config.type !== 'list') {
    const verb = isAppend ? 'append' : 'subtract'
    throw kafkaError('INVALID_CONFIG', `Can't ${verb} to key ${name} because its type is not LIST.`)
  }
  const given = listItems(value)
  const others = listItems(values[name] ?? config.default).filter((item) => !given.includes(item))
  return { ...values, [name]: (isAppend ? [...others, ...given] : others).join(',') }
}

function unknown(name: string) {
  return kafkaError('INVALID_CONFIG', topicConfigProblem(name, '') ?? name)
}
