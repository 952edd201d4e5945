import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

/** House rules that no linter knows. Each test reads the tree once. */

function filesUnder(directory: string, pattern: RegExp) {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => pattern.test(name))
    .map((name) => ({ name, text: readFileSync(join(directory, name), 'utf8') }))
}

const sources = filesUnder('src', /\.ts$/).filter(({ name }) => !name.endsWith('.test.ts'))
const operations = sources.filter(({ name }) => /^services\/[^/]+\/operations\//.test(name))

/** Engines and the command line; at start; a child; and a result that the store lends as a file. */
const filesHome =
  /^(engines|cli)\/|^(main|assemble)\.ts$|^wire\/model-index|training\/child|athena\/result-reader/

const banned: ReadonlyArray<readonly [RegExp, string, RegExp?]> = [
  [/\bDate\.now\(|new Date\(\)/, 'Clock.wallMs', /^base\/clock\.ts$/],
  [/\bMath\.random\(/, 'Random', /^base\/random\.ts$/],
  [/\b(TODO|FIXME|XXX)\b/, 'the work, or an issue'],
  [/from 'node:fs/, 'Disk, or an engine', filesHome],
  [/catch( \(\w+\))? \{\s*\}/, 'a handled error'],
]

test('no banned word stands in a source file', () => {
  const found = sources.flatMap(({ name, text }) =>
    banned
      .filter(([pattern, , home]) => pattern.test(text) && !home?.test(name))
      .map(([pattern, instead]) => `${name}: ${pattern.source} is banned, use ${instead}`),
  )
  expect(found).toEqual([])
})

test('every operation file is listed by its service', () => {
  const missing = operations.filter(({ name }) => {
    const [, service, , file] = name.split('/')
    const listings = sources.filter((source) =>
      new RegExp(`^services/${service}/[^/]+\\.ts$`).test(source.name),
    )
    return (
      !/^wire-/.test(file ?? '') &&
      !listings.some(({ text }) => text.includes(`/operations/${file}`))
    )
  })
  expect(missing.map(({ name }) => name)).toEqual([])
})

test('an operation file is named after the operation it holds', () => {
  const wrong = operations.filter(({ name, text }) => {
    if (name.split('/').at(-1)?.startsWith('wire-')) return false
    const operation = /name: '([A-Za-z0-9]+)'/.exec(text)?.[1] ?? ''
    return !name.endsWith(`/${kebab(operation)}.ts`)
  })
  expect(wrong.map(({ name }) => name)).toEqual([])
})

test('every built operation is called by an SDK test of its service', () => {
  const untested = operations
    .filter(({ name }) => !name.split('/').at(-1)?.startsWith('wire-'))
    .filter(({ name, text }) => {
      const operation = /name: '([A-Za-z0-9]+)'/.exec(text)?.[1] ?? ''
      const folder = join('test', 'sdk', name.split('/')[1] ?? '')
      const tests = existsSync(folder) ? filesUnder(folder, /\.ts$/) : []
      return !tests.some((file) =>
        new RegExp(`\\b${operation}Command\\b|\\b${operation}\\b`).test(file.text),
      )
    })
  expect(untested.map(({ name }) => name)).toEqual([])
})

test('no source file is longer than a reader can hold', () => {
  const long = sources.filter(({ text }) => text.split('\n').length > 400)
  expect(long.map(({ name, text }) => `${name}: ${text.split('\n').length}`)).toEqual([])
})

test('the architecture page names only paths that exist', () => {
  const page = readFileSync('ARCHITECTURE.md', 'utf8')
  const paths = [...page.matchAll(/`((?:src|test|bench|docs|scripts|python|bin)\/[^`*<> ]*)`/g)]
  expect(paths.length).toBeGreaterThan(10)
  expect(paths.map(([, path]) => path ?? '').filter((path) => !existsSync(path))).toEqual([])
})

test('the tidy tests see the whole house', () => {
  expect(sources.length).toBeGreaterThan(150)
  expect(operations.length).toBeGreaterThan(80)
})

/** `PutRecords` is `put-records`, `ListObjectsV2` is `list-objects-v2`. */
function kebab(operation: string): string {
  return operation
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1-$2')
    .toLowerCase()
}

test('the lock file has the packages of every platform', () => {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Record<string, { optionalDependencies?: Record<string, string> }>
  }
  const wanted = Object.values(packages).flatMap((entry) =>
    Object.keys(entry.optionalDependencies ?? {}),
  )
  expect(wanted.length).toBeGreaterThan(20)
  expect(wanted.filter((name) => !packages[`node_modules/${name}`])).toEqual([])
})
