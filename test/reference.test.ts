import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { referencePages } from '../scripts/reference/reference-pages.ts'

test('the reference says what the code says', async () => {
  for (const [path, text] of await referencePages()) {
    const committed = existsSync(path) ? readFileSync(path, 'utf8') : ''
    // Which tests passed is the business of a test run, not of the sources.
    const untested = (page: string) => page.replaceAll('| 🟡 |', '| ✅ |')
    expect(untested(committed), `${path}: run npm run reference`).toBe(untested(text))
  }
}, 120_000)
