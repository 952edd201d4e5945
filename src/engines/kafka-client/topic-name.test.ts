import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { kafkaTopicName, textOfKafkaTopicName } from './topic-name.ts'

const LONGEST = `000000000000/ap-southeast-1/${'_'.repeat(128)}/0123456789abcdef`

describe('names of topics in Kafka', () => {
  it('a stream can be told from its topic', () => {
    const name = kafkaTopicName('headrace', '000000000000/us-east-1/my-stream_2.a/00ff')
    expect(name).toBe('headrace..000000000000..us-east-1..my-stream.u2.da..00ff')
    expect(textOfKafkaTopicName(name)).toBe('headrace/000000000000/us-east-1/my-stream_2.a/00ff')
  })

  it('the longest name of a stream that needs most escapes fits', () => {
    const name = kafkaTopicName('headrace', LONGEST)
    expect(name).toMatch(/^[a-zA-Z0-9.-]{1,249}$/)
    expect(textOfKafkaTopicName(name)).toBe(`headrace/${LONGEST}`)
  })

  it('a name that cannot be kept within 249 characters is refused', () => {
    expect(() => kafkaTopicName('headrace', 'a'.repeat(400))).toThrow(
      expect.objectContaining({ kind: 'invalid' }),
    )
  })

  it('every text leads to a legal name and back', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary', maxLength: 15 }),
          fc.string({ unit: fc.constantFrom('a', '0', '_', '.', '/', '-'), maxLength: 220 }),
        ),
        (topic) => {
          const name = kafkaTopicName('p', topic)
          expect(name).toMatch(/^[a-zA-Z0-9.-]{1,249}$/)
          expect(textOfKafkaTopicName(name)).toBe(`p/${topic}`)
        },
      ),
      { seed: 7, numRuns: 100 },
    )
  })
})
