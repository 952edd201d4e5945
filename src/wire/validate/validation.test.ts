import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { extractModels, modelledServices } from '../../../scripts/extract-models.ts'
import { structureArbitrary } from '../../../test/support/wire-arbitraries.ts'
import type { Limits, ModelData } from '../model/data.ts'
import { linkModel } from '../model/service-model.ts'
import type { Member, Shape, StructureShape } from '../model/shape.ts'
import { compilePattern } from './constraint.ts'
import { explain, summarize } from './explain.ts'
import { createValidator } from './validator.ts'

const models = extractModels()
const enums = { Runtime: ['nodejs22.x', 'python3.13'] }
const string: Shape = { kind: 'string', streaming: false }
const number: Shape = { kind: 'number', streaming: false }

function modelOf(service: string): ModelData {
  return JSON.parse(readFileSync(join(models, `${service}.json`), 'utf8'))
}

function member(name: string, shape: Shape, rest: Partial<Member> = {}): Member {
  return { name, shape, required: false, traits: {}, limits: undefined, ...rest }
}

function structure(name: string, members: ReadonlyArray<Member>): StructureShape {
  return { kind: 'structure', name, isUnion: false, traits: {}, members }
}

function listOf(element: Member): Shape {
  return { kind: 'list', element }
}

function messageOf(members: ReadonlyArray<Member>, input: object): string | undefined {
  const shape = structure('Input', members)
  const isValid = createValidator({ enums })(shape)
  const problems = explain(shape, input, { enums })
  expect(isValid === undefined || isValid(input)).toBe(problems.length === 0)
  return problems.length === 0 ? undefined : summarize(problems)
}

function limited(shape: Shape, limits: Limits): ReadonlyArray<Member> {
  return [member('Value', shape, { limits })]
}

test('all that is wrong is told at once, each with its path', () => {
  const entry = structure('Entry', [
    member('PartitionKey', string, { required: true, limits: { max: 3 } }),
  ])
  const members = [
    member('Records', listOf(member('member', entry)), { required: true, limits: { max: 1 } }),
    member('StreamName', string, { required: true, limits: { min: 1, pattern: '[a-z]+' } }),
  ]
  expect(messageOf(members, { Records: [{ PartitionKey: 'long' }, {}] })).toBe(
    "4 validation errors detected: Value '[Entry(partitionKey=long), Entry(partitionKey=null)]' at " +
      "'records' failed to satisfy constraint: Member must have length less than or equal to 1; " +
      "Value 'long' at 'records.1.member.partitionKey' failed to satisfy constraint: Member must " +
      "have length less than or equal to 3; Value null at 'records.2.member.partitionKey' failed to " +
      "satisfy constraint: Member must not be null; Value null at 'streamName' failed to satisfy " +
      'constraint: Member must not be null',
  )
})

// The texts after `constraint: ` as recorded from AWS.
test.each<[string, Shape, Limits, unknown, string]>([
  [
    'enum',
    string,
    { enum: 'Runtime' },
    'x',
    "Value 'x' at 'value' failed to satisfy constraint: Member must satisfy enum value set: [nodejs22.x, python3.13]",
  ],
  [
    'number',
    number,
    { min: 1 },
    0,
    "Value '0' at 'value' failed to satisfy constraint: Member must have value greater than or equal to 1",
  ],
  [
    'blob',
    { kind: 'blob', streaming: false },
    { max: 1 },
    Buffer.alloc(2),
    "Value 'java.nio.HeapByteBuffer[pos=0 lim=2 cap=2]' at 'value' failed to satisfy constraint: Member must have length less than or equal to 1",
  ],
  [
    'list',
    listOf(member('member', string)),
    { element: { max: 2, min: 1, pattern: 'a*' } },
    ['a', 'bbb'],
    "Value '[a, bbb]' at 'value' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 2, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: a*]",
  ],
  [
    'null in a list',
    listOf(member('member', string)),
    {},
    [null],
    "Value '[null]' at 'value' failed to satisfy constraint: Member must satisfy constraint: [Member must not be null]",
  ],
  [
    'map key',
    { kind: 'map', key: member('key', string), value: member('value', number) },
    { key: { pattern: '[0-9]+' } },
    { $LATEST: 0.5 },
    "Value '{$LATEST=0.5}' at 'value' failed to satisfy constraint: Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [0-9]+]",
  ],
  [
    'map value',
    { kind: 'map', key: member('key', string), value: member('value', number) },
    { value: { max: 1, number: 'double' } },
    { 2: 2 },
    "Value '{2=2.0}' at 'value' failed to satisfy constraint: Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must not be null]",
  ],
])('%s: the words are those of AWS', (_, shape, limits, value, text) => {
  expect(messageOf(limited(shape, limits), { Value: value })).toBe(
    `1 validation error detected: ${text}`,
  )
})

test('a secret is not repeated', () => {
  const members = [member('Value', string, { traits: { sensitive: 1 }, limits: { max: 1 } })]
  expect(messageOf(members, { Value: 'hidden' })).toContain("detected: Value at 'value' failed")
})

test('no more than ten problems are told', () => {
  const members = Array.from({ length: 20 }, (_, i) => member(`A${i}`, string, { required: true }))
  expect(messageOf(members, {})).toMatch(/^10 validation errors detected: /)
})

test('a long value is cut in the message', () => {
  const message = messageOf(limited(string, { max: 1 }), { Value: 'x'.repeat(1_000_000) }) ?? ''
  expect(message.length).toBeLessThan(10_000)
})

test('a length holds at the limit and not one beyond it', () => {
  const members = limited(string, { min: 2, max: 3 })
  expect(messageOf(members, { Value: 'ab' })).toBeUndefined()
  expect(messageOf(members, { Value: 'abc' })).toBeUndefined()
  expect(messageOf(members, { Value: 'a' })).toBeDefined()
  expect(messageOf(members, { Value: 'abcd' })).toBeDefined()
})

test('a recursive structure is checked all the way down', () => {
  const members = [member('Name', string, { required: true })]
  const tree = structure('Tree', members)
  members.push(member('Child', tree))
  expect(messageOf(members, { Name: 'a', Child: { Name: 'b', Child: {} } })).toContain(
    "Value null at 'child.child.name'",
  )
})

test.each(modelledServices)('%s: what is refused is explained, and nothing else', (service) => {
  const data = modelOf(service)
  const model = linkModel(data)
  const validatorOf = createValidator(data)
  for (const { input } of model.operations.values()) {
    const isValid = validatorOf(input)
    const [value = {}] = fc.sample(structureArbitrary(input), { seed: 3, numRuns: 1 })
    const problems = explain(input, value, data)
    expect(isValid === undefined || isValid(value)).toBe(problems.length === 0)
  }
})

test('every pattern of AWS means in JavaScript what it means in Java', () => {
  // A quantifier on the end of the text, which Java takes and which matches nothing there.
  const meaningless = /\$\{1,\d+\}$/
  for (const pattern of modelledServices.flatMap((service) => patternsOf(modelOf(service)))) {
    const compiled = compilePattern(pattern)
    expect([pattern, compiled === undefined]).toEqual([pattern, meaningless.test(pattern)])
    if (pattern.includes('\\p{') && compiled) expect(compiled.unicode).toBe(true)
  }
  expect(compilePattern('\\A\\S[\\p{Print}]*\\z')?.test('abc def')).toBe(true)
  expect(compilePattern('[\\p{Alnum}\\-]+')?.test('p{Alnum}')).toBe(false)
  expect(compilePattern('[a-z]+')?.test('ab\n')).toBe(false)
})

function patternsOf(data: ModelData): string[] {
  const all = data.shapes.flatMap((shape) => ('members' in shape ? shape.members : []))
  return all.flatMap(({ limits }) => patternsIn(limits))
}

function patternsIn(limits: Limits | undefined): string[] {
  if (limits === undefined) return []
  const { pattern, element, key, value } = limits
  const inside = [element, key, value].flatMap(patternsIn)
  return pattern === undefined ? inside : [pattern, ...inside]
}
