// `npm run check`: every check of the house, without the tests.
import { runChecks } from './checks.mjs'

const failed = await runChecks(process.cwd())
if (failed.length > 0) process.exitCode = 1
