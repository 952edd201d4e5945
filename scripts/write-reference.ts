// `npm run reference`: writes docs/reference and the README's table from the code, and from the report
// of the last `npm test` if there is one.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { referencePages } from './reference/reference-pages.ts'

for (const [path, text] of await referencePages(join('dist', 'test-report.json'))) {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  console.log(path)
}
