import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readModel, readModelIndex } from '../../src/wire/model-index.ts'
import { extractModels } from '../extract-models.ts'
import { readCoverage } from './built-operations.ts'
import { errorsPage } from './errors-page.ts'
import { limitsPage } from './limits-page.ts'
import { metricsPage } from './metrics-page.ts'
import { coverageTable, operationsPage } from './operations-page.ts'
import { settingsPage } from './settings-page.ts'

const begin = '<!-- coverage: written by `npm run reference` -->'
const end = '<!-- /coverage -->'

/** All pages that are made from the code, by path. Run from the root of the clone. */
export async function referencePages(reportPath?: string): Promise<Map<string, string>> {
  const models = extractModels()
  const index = readModelIndex(models)
  const services = await readCoverage(index, reportPath)
  const page = (name: string) => join('docs', 'reference', `${name}.md`)
  return new Map([
    [page('operations'), operationsPage(services)],
    [page('settings'), settingsPage()],
    [page('limits'), await limitsPage()],
    [page('metrics'), metricsPage()],
    [page('errors'), errorsPage(index.services.map(({ name }) => readModel(models, name)))],
    ['README.md', withTable(readFileSync('README.md', 'utf8'), coverageTable(services))],
  ])
}

function withTable(readme: string, table: string): string {
  const from = readme.indexOf(begin)
  const to = readme.indexOf(end)
  if (from < 0 || to < from) throw new Error(`README.md: '${begin}' … '${end}' are not there`)
  return `${readme.slice(0, from)}${begin}\n${table}\n${readme.slice(to)}`
}
