import { expect, test } from 'vitest'
import { createConnection } from '../../../../test/support/kafka-world.ts'
import { createAppendTurns } from './append-turns.ts'

test('a turn that is given up lets nobody pass those before it', async () => {
  const turns = createAppendTurns()
  const connection = createConnection()
  const [first, second, third] = [1, 2, 3].map(() => turns.take(connection))
  const begun: number[] = []
  const last = third?.before?.then(() => void begun.push(3))
  second?.end()
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
  expect(begun).toEqual([])
  const late = turns.take(connection)
  expect(late.before).toBeDefined()
  begun.push(1)
  first?.end()
  await last
  expect(begun).toEqual([1, 3])
  third?.end()
  late.end()
  await late.before
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
  expect(turns.take(connection).before).toBeUndefined()
})
