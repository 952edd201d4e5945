import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ModelIndex, ServiceSummary } from '../../src/wire/model/data.ts'

/** An operation file of the house. */
export interface BuiltOperation {
  readonly name: string
  /** Input members that are refused by name. */
  readonly refuses: ReadonlyArray<string>
  /** Called by a test of `test/sdk`; with a test report, by one that passed. */
  readonly shown: boolean
}

/** A service of AWS, with what of it is built here. */
export interface ServiceCoverage extends ServiceSummary {
  readonly built: ReadonlyMap<string, BuiltOperation>
}

/** All modelled services. `reportPath` is the JSON report of the last test run, if there was one. */
export async function readCoverage(
  index: ModelIndex,
  reportPath?: string,
): Promise<ServiceCoverage[]> {
  const failed = failedFiles(reportPath)
  const built = new Map(index.services.map(({ name }) => [name, new Map<string, BuiltOperation>()]))
  for (const folder of readdirSync(join('src', 'services'))) {
    const owners = modelNamesOf(folder)
    const tests = sdkTests(folder, failed)
    for (const path of operationFiles(folder)) {
      const { name, refuses = [] } = await loadOperation(path)
      const owner = index.services.find(
        (service) => owners.includes(service.name) && service.operations.includes(name),
      )
      if (!owner) throw new Error(`${path}: no model of ${owners.join(', ')} has ${name}`)
      const shown = new RegExp(`\\b${name}(Command)?\\b`).test(tests)
      built.get(owner.name)?.set(name, { name, refuses, shown })
    }
  }
  return index.services.map((service) => ({
    ...service,
    built: built.get(service.name) ?? new Map(),
  }))
}

function operationFiles(folder: string): string[] {
  const directory = join('src', 'services', folder, 'operations')
  if (!existsSync(directory)) return []
  return readdirSync(directory)
    .filter((name) => /^(?!wire-).*(?<!\.test)\.ts$/.test(name))
    .map((name) => join(directory, name))
}

/** The client packages whose types the contract of a service is written in. */
export function modelNamesOf(folder: string): string[] {
  const path = join('src', 'services', folder, 'contract.ts')
  if (!existsSync(path)) return []
  const found = readFileSync(path, 'utf8').matchAll(/@aws-sdk\/client-([a-z0-9-]+)/g)
  return [...found].map(([, name]) => name ?? '')
}

async function loadOperation(path: string): Promise<{ name: string; refuses?: string[] }> {
  const loaded: object = await import(pathToFileURL(resolve(path)).href)
  const operation = Object.values(loaded).find(
    (value) => typeof value === 'object' && value !== null && 'run' in value && 'name' in value,
  )
  if (!operation) throw new Error(`${path} exports no operation`)
  return operation
}

/** The text of all SDK tests of a service, but those that failed. */
function sdkTests(folder: string, failed: ReadonlySet<string>): string {
  const directory = join('test', 'sdk', folder)
  if (!existsSync(directory)) return ''
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts') && !failed.has(basename(name)))
    .map((name) => readFileSync(join(directory, name), 'utf8'))
    .join('\n')
}

function failedFiles(reportPath: string | undefined): Set<string> {
  if (reportPath === undefined || !existsSync(reportPath)) return new Set()
  const report: { testResults: ReadonlyArray<{ name: string; status: string }> } = JSON.parse(
    readFileSync(reportPath, 'utf8'),
  )
  const bad = report.testResults.filter(({ status }) => status !== 'passed')
  return new Set(bad.map(({ name }) => basename(name)))
}
