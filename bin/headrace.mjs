#!/usr/bin/env node
// In a clone the bundle is made (and kept up to date) on the way; an installed package brings it.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const setup = fileURLToPath(new URL('../scripts/setup.mjs', import.meta.url))
const sources = fileURLToPath(new URL('../src/main.ts', import.meta.url))
if (existsSync(setup) && existsSync(sources) && process.env.HEADRACE_BUILT !== '1') {
  try {
    const { isBuilt, setUp } = await import(setup)
    if (!isBuilt()) setUp()
  } catch (error) {
    process.stderr.write(`headrace: ${error.message}\n`)
    process.exit(1)
  }
}
await import('../dist/headrace.js')
