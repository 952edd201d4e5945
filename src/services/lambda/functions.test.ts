import { zipSync } from 'fflate'
import { expect, test } from 'vitest'
import { createLambdaStage, functionSettings, scope } from '../../../test/support/lambda-nouns.ts'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import { createLambdaNouns } from './lambda-nouns.ts'

const zip = (content: string) =>
  Buffer.from(zipSync({ 'index.mjs': new TextEncoder().encode(content) }))

async function setUp() {
  const stage = createLambdaStage({ clock: createVirtualClock().clock })
  const lambda = createLambdaNouns(stage.deps)
  await lambda.functions.create(scope, {
    name: 'f',
    settings: functionSettings,
    zip: zip('one'),
    tags: {},
  })
  return { ...stage, ...lambda }
}

test('an update replaces the code, and the old zip goes', async () => {
  const { functions, zips, installed } = await setUp()
  const before = await functions.get(scope, 'f')
  const after = await functions.updateCode(scope, 'f', { zip: zip('two') })
  expect(after.latest.code.sha256).not.toBe(before.latest.code.sha256)
  expect(after.latest.revisionId).not.toBe(before.latest.revisionId)
  expect([...zips.keys()]).toEqual([`000000000000/us-east-1/${after.latest.code.id}`])
  expect([...installed]).toEqual([after.latest.code.id])
})

test('a published version keeps its code and settings, whatever becomes of $LATEST', async () => {
  const { functions, versions, zips } = await setUp()
  const first = await versions.publish(scope, 'f', { description: 'first' })
  await functions.updateCode(scope, 'f', { zip: zip('two') })
  await functions.updateSettings(scope, 'f', (now) => ({ ...now, timeoutSeconds: 9 }))
  const second = await versions.publish(scope, 'f', {})
  expect(await versions.get(scope, 'f', '1')).toEqual(first)
  expect(first.settings).toMatchObject({ description: 'first', timeoutSeconds: 3 })
  expect(second).toMatchObject({ version: '2', settings: { timeoutSeconds: 9 } })
  expect(zips.size).toBe(2)
  await versions.remove(scope, 'f', '1')
  expect(zips.size).toBe(1)
  await functions.remove(scope, 'f')
  expect(zips.size).toBe(0)
  expect(await versions.all(scope, 'f')).toEqual([])
})

test('publishing what did not change answers the version that is there', async () => {
  const { functions, versions } = await setUp()
  const first = await versions.publish(scope, 'f', {})
  expect(await versions.publish(scope, 'f', {})).toEqual(first)
  await functions.updateSettings(scope, 'f', (now) => now)
  expect((await versions.publish(scope, 'f', {})).version).toBe('2')
})

test('versions that are published at the same time get numbers of their own or are the same', async () => {
  const { versions } = await setUp()
  const made = await Promise.all(Array.from({ length: 10 }, () => versions.publish(scope, 'f', {})))
  expect(new Set(made.map(({ version }) => version))).toEqual(new Set(['1']))
  expect(await versions.all(scope, 'f')).toHaveLength(1)
})

test('a change of a revision that is not the latest is refused, and its code does not stay', async () => {
  const { functions, zips } = await setUp()
  const { latest } = await functions.get(scope, 'f')
  await functions.updateCode(scope, 'f', { zip: zip('two'), revisionId: latest.revisionId })
  await expect(
    functions.updateCode(scope, 'f', { zip: zip('three'), revisionId: latest.revisionId }),
  ).rejects.toMatchObject({ code: 'PreconditionFailedException' })
  expect(zips.size).toBe(1)
})

test('updates at the same time leave one code, and it is the one of the function', async () => {
  const { functions, zips } = await setUp()
  await Promise.all(
    [1, 2, 3, 4].map((number) => functions.updateCode(scope, 'f', { zip: zip(`${number}`) })),
  )
  const { latest } = await functions.get(scope, 'f')
  expect([...zips.keys()]).toEqual([`000000000000/us-east-1/${latest.code.id}`])
})

test('a function of a name that is taken is refused, and its code does not stay', async () => {
  const { functions, zips } = await setUp()
  await expect(
    functions.create(scope, { name: 'f', settings: functionSettings, zip: zip('other'), tags: {} }),
  ).rejects.toMatchObject({ code: 'ResourceConflictException' })
  expect(zips.size).toBe(1)
})

test('an alias of two versions answers each by its weight', async () => {
  const { functions, versions, aliases, resolver } = await setUp()
  await versions.publish(scope, 'f', {})
  await functions.updateCode(scope, 'f', { zip: zip('two') })
  await versions.publish(scope, 'f', {})
  const routing = { version: '2', weight: 0.25 }
  await aliases.create(scope, 'f', { name: 'live', version: '1', description: '', routing })
  let second = 0
  for (let run = 0; run < 400; run++) {
    const { version } = await resolver.resolve(scope, { name: 'f', qualifier: 'live' })
    if (version.version === '2') second++
  }
  expect(second).toBeGreaterThan(60)
  expect(second).toBeLessThan(140)
  await expect(versions.remove(scope, 'f', '2')).rejects.toMatchObject({
    code: 'ResourceConflictException',
  })
})
