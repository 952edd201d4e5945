import { expect, test } from 'vitest'
import type { Member, Shape, StructureShape } from '../model/shape.ts'
import { parseForm, readFormStructure } from './form-reader.ts'

const string: Shape = { kind: 'string', streaming: false }

function member(name: string, shape: Shape, traits: Member['traits'] = {}): Member {
  return { name, shape, required: false, traits, limits: undefined }
}

function structure(members: ReadonlyArray<Member>): StructureShape {
  return { kind: 'structure', name: 'Input', isUnion: false, traits: {}, members }
}

const tag = structure([member('Key', string), member('Value', string)])
const input = structure([
  member('Tags', { kind: 'list', element: member('member', tag) }),
  member('Flat', { kind: 'list', element: member('member', string) }, { xmlFlattened: 1 }),
  member('Map', { kind: 'map', key: member('key', string), value: member('value', string) }),
  member('Count', { kind: 'number', streaming: false }),
])

function read(form: string): unknown {
  return readFormStructure(input, parseForm(form))
}

test('numbered parts come in the order of their numbers', () => {
  const tags = 'Tags.member.10.Key=j&Tags.member.2.Key=b+c&Tags.member.2.Value=%26'
  expect(read(`${tags}&Flat.1=x&Flat.2=y`)).toEqual({
    Tags: [{ Key: 'b c', Value: '&' }, { Key: 'j' }],
    Flat: ['x', 'y'],
  })
})

test('an empty list is written without parts', () => {
  expect(read('Tags=&Count=7')).toEqual({ Tags: [], Count: 7 })
})

test('maps have entries, and their keys may mean something to JavaScript', () => {
  const map = (read('Map.entry.1.key=__proto__&Map.entry.1.value=a') as { Map: object }).Map
  expect(Object.entries(map)).toEqual([['__proto__', 'a']])
})

test.each(['Count=x', 'Map.entry.1.key=a', `A${'.a'.repeat(64)}=1`])('%s is refused', (form) => {
  expect(() => read(form)).toThrow()
})

test('names of the form that the model lacks are skipped', () => {
  expect(read('Action=A&Version=1&__proto__.x=1&Tags.x=1')).toEqual({ Tags: [] })
})
