import { expect, test } from 'vitest'
import { readConfig } from './config.ts'
import { checkEngineUrls } from './open-engines.ts'

function check(values: Readonly<Record<string, string>>): void {
  checkEngineUrls(readConfig([(name) => values[name]]))
}

test('the engines that are embedded, Apache Kafka, and stores that speak S3 are served', () => {
  check({})
  check({ log: 'kafka://a:9092,b:9092' })
  check({ log: 'kafka://a?prefix=x', meta: 'kafka://a?prefix=x' })
  check({ objects: 's3://lake/house?endpoint=http://127.0.0.1:9000' })
})

test('what no adapter serves is refused by name before anything is opened', () => {
  const wrong: ReadonlyArray<readonly [Readonly<Record<string, string>>, RegExp]> = [
    [{ log: 'file:' }, /--log file:.*only segment: and kafka:/],
    [{ meta: 'postgres://a' }, /--meta postgres:.*only lmdb: and kafka:/],
    [{ objects: 'kafka://a' }, /--objects kafka:.*only disk: and s3:/],
    [{ objects: 's3://Lake' }, /--objects s3:.*no name of a bucket/],
    [{ log: 'kafka://a?acks=0' }, /no parameter 'acks'/],
    [{ meta: 'kafka://a' }, /needs --log kafka/],
  ]
  for (const [values, message] of wrong) expect(() => check(values)).toThrow(message)
})
