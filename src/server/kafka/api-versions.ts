import type { KafkaApiName, KafkaResponse } from '../../wire/kafka/apis.ts'
import { kafkaApi } from '../../wire/kafka/apis.ts'
import { kafkaErrorCode } from '../../wire/kafka/errors.ts'

/** The answer to ApiVersions: what is served, in the order of the keys. */
export function apiVersionsResponse(
  names: Iterable<KafkaApiName>,
  error: 'NONE' | 'UNSUPPORTED_VERSION' = 'NONE',
): KafkaResponse<'apiVersions'> {
  const apiKeys = [...names]
    .map((name) => {
      const { key, versions, advertisedFrom } = kafkaApi(name)
      const [first, maxVersion] = versions
      return { apiKey: key, minVersion: advertisedFrom ?? first, maxVersion }
    })
    .sort((a, b) => a.apiKey - b.apiKey)
  return {
    errorCode: kafkaErrorCode(error),
    apiKeys,
    supportedFeatures: [],
    finalizedFeatures: [],
  }
}
