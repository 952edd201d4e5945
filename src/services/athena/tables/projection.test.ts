import { describe, expect, test } from 'vitest'
import type { CatalogTable } from '../../glue/catalog.ts'
import type { PartitionFilter } from './partition-filter.ts'
import { projectPartitions } from './projection.ts'

const NOW_MS = Date.UTC(2026, 4, 10, 12, 30)

const everything: PartitionFilter = { mayMatch: () => true, fixedValues: () => undefined }

function project(
  parameters: Record<string, string>,
  filter: PartitionFilter = everything,
  partitionsMax = 1000,
) {
  const keys = Object.keys(parameters).flatMap(
    (name) => /^projection\.(\w+)\.type$/.exec(name)?.[1] ?? [],
  )
  const table: CatalogTable = {
    name: 't',
    database: 'db',
    versionId: '0',
    createdMs: 0,
    updatedMs: 0,
    parameters: { 'projection.enabled': 'true', ...parameters },
    partitionKeys: keys.map((name) => ({ name, type: 'string' })),
    storage: { columns: [], location: 's3://b/t', parameters: {} },
  }
  return projectPartitions(table, filter, { nowMs: NOW_MS, partitionsMax })
}

const valuesOf = (parameters: Record<string, string>) =>
  project(parameters).map(({ values }) => values.join(','))

describe('values are made from the properties of the table', () => {
  test('integers, with steps and leading zeros', () => {
    const type = { 'projection.h.type': 'integer', 'projection.h.range': '0,10' }
    expect(valuesOf({ ...type, 'projection.h.interval': '5' })).toEqual(['0', '5', '10'])
    expect(valuesOf({ ...type, 'projection.h.interval': '5', 'projection.h.digits': '2' })).toEqual(
      ['00', '05', '10'],
    )
  })

  test('enumerations', () => {
    expect(valuesOf({ 'projection.k.type': 'enum', 'projection.k.values': 'a, b' })).toEqual([
      'a',
      'b',
    ])
  })

  test('days, hours and months between dates and NOW', () => {
    const days = { 'projection.d.type': 'date', 'projection.d.format': 'yyyy/MM/dd' }
    expect(valuesOf({ ...days, 'projection.d.range': '2026/02/27,2026/03/01' })).toEqual([
      '2026/02/27',
      '2026/02/28',
      '2026/03/01',
    ])
    expect(valuesOf({ ...days, 'projection.d.range': 'NOW-2DAYS,NOW' })).toEqual([
      '2026/05/08',
      '2026/05/09',
      '2026/05/10',
    ])
    const hours = { 'projection.d.type': 'date', 'projection.d.format': "yyyy-MM-dd'T'HH" }
    expect(valuesOf({ ...hours, 'projection.d.range': 'NOW-1HOURS,NOW' })).toEqual([
      '2026-05-10T11',
      '2026-05-10T12',
    ])
    const months = { 'projection.d.type': 'date', 'projection.d.format': 'yyyy-MM' }
    expect(valuesOf({ ...months, 'projection.d.range': '2025-11,2026-02' })).toEqual([
      '2025-11',
      '2025-12',
      '2026-01',
      '2026-02',
    ])
  })

  test('keys are combined, and the place comes from the template or the keys', () => {
    const parameters = {
      'projection.a.type': 'enum',
      'projection.a.values': 'x,y',
      'projection.b.type': 'integer',
      'projection.b.range': '1,2',
    }
    expect(project(parameters).map(({ location }) => location)).toEqual([
      's3://b/t/a=x/b=1/',
      's3://b/t/a=x/b=2/',
      's3://b/t/a=y/b=1/',
      's3://b/t/a=y/b=2/',
    ])
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the property's own syntax.
    const template = { ...parameters, 'storage.location.template': 's3://o/${b}-${A}' }
    expect(project(template)[1]?.location).toBe('s3://o/2-x/')
  })

  test('the filter is asked key by key, and for the whole', () => {
    const filter: PartitionFilter = {
      fixedValues: () => undefined,
      mayMatch: (values) => [undefined, '2'].includes(values.get('b') ?? undefined),
    }
    const parameters = {
      'projection.a.type': 'enum',
      'projection.a.values': 'x,y',
      'projection.b.type': 'integer',
      'projection.b.range': '1,3',
    }
    expect(project(parameters, filter).map(({ values }) => values)).toEqual([
      ['x', '2'],
      ['y', '2'],
    ])
  })
})

describe('what cannot be projected is refused', () => {
  test('an injected column without an equality', () => {
    expect(() => project({ 'projection.i.type': 'injected' })).toThrow('CONSTRAINT_VIOLATION')
    const filter = { ...everything, fixedValues: () => ['q'] }
    expect(project({ 'projection.i.type': 'injected' }, filter)[0]?.values).toEqual(['q'])
  })

  test('missing and unknown properties, and ranges that cannot be read', () => {
    expect(() => project({ 'projection.i.type': 'integer' })).toThrow('projection.i.range')
    expect(() => project({ 'projection.i.type': 'guess' })).toThrow('unknown projection type guess')
    const bad = { 'projection.i.type': 'date', 'projection.i.range': 'soon,NOW' }
    expect(() => project(bad)).toThrow('soon,NOW')
  })

  test('more partitions than one statement may read, but not exactly as many', () => {
    const parameters = { 'projection.i.type': 'integer', 'projection.i.range': '1,5' }
    expect(project(parameters, everything, 5)).toHaveLength(5)
    expect(() => project(parameters, everything, 4)).toThrow('5 partitions')
  })
})
