// A checker can be green because it sees nothing. In a copy of the sources this plants one violation
// of each kind and requires red, naming the violation. Prints what was caught; exits 1 otherwise.
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { checks, runCheck } from './checks.mjs'

const CLEAN = 'export const planted = 1\n'

/** What is planted where, which check must turn red, and the word it must say. */
const plants = [
  {
    check: 'types (TypeScript 7)',
    path: 'src/base/planted.ts',
    text: "export const planted: number = 'text'\n",
    says: /planted\.ts/,
  },
  {
    check: 'types (TypeScript 6)',
    path: 'src/base/planted.ts',
    text: "export const planted: number = 'text'\n",
    says: /planted\.ts/,
  },
  {
    check: 'lint and format',
    path: 'src/base/planted.ts',
    text: 'export const planted = Date.now()\n',
    says: /noRestrictedGlobals/,
  },
  {
    check: 'lint and format',
    path: 'src/base/planted.ts',
    text: 'async function work(): Promise<void> {}\nexport function planted(): void {\n  work()\n}\n',
    says: /noFloatingPromises/,
  },
  { check: 'dead code', path: 'src/base/planted.ts', text: CLEAN, says: /planted\.ts/ },
  layer('upward-from-base', 'src/base/planted.ts', "import '../wire/operation.ts'\n"),
  layer('upward-from-engines', 'src/engines/planted.ts', "import '../services/sts/service.ts'\n"),
  layer('sts-uses', 'src/services/sts/planted.ts', "import '../kinesis/stream-reader.ts'\n"),
  layer(
    'sts-operations-are-private',
    'src/services/lambda/planted.ts',
    "import '../sts/service.ts'\n",
  ),
  layer('vendor-lmdb', 'src/services/sts/planted.ts', "import 'lmdb'\n"),
  layer(
    'ports-not-adapters',
    'src/services/sts/planted.ts',
    "import '../../engines/meta/lmdb/lmdb-meta.ts'\n",
  ),
  layer(
    'adapters-do-not-meet',
    'src/engines/log/segment/planted.ts',
    "import '../../meta/lmdb/lmdb-meta.ts'\n",
  ),
  layer('clients-are-types-only', 'src/base/planted.ts', "import '@aws-sdk/client-sts'\n"),
  layer('sdk-tests-are-black-box', 'test/sdk/planted.test.ts', "import '../../src/base/arn.ts'\n"),
  layer('no-orphans', 'src/base/planted.ts', CLEAN),
  layer('no-circular', 'src/base/planted.ts', "import './planted-too.ts'\n", {
    'src/base/planted-too.ts': "import './planted.ts'\n",
  }),
]

function layer(rule, path, text, more = {}) {
  return { check: 'layers', path, text, more, says: new RegExp(`error ${rule}:`) }
}

const root = process.cwd()
const copy = mkdtempSync(join(tmpdir(), 'headrace-canary-'))
try {
  const parts = ['src', 'test', 'bench', 'scripts', 'bin', 'package.json', 'tsconfig.json']
  const configs = ['biome.json', 'knip.json', 'architecture.mjs', '.dependency-cruiser.mjs']
  for (const part of [...parts, ...configs, 'vitest.config.ts', '.gitignore']) {
    cpSync(join(root, part), join(copy, part), { recursive: true })
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  let missed = 0
  for (const plant of plants) {
    const files = { [plant.path]: plant.text, ...plant.more }
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(copy, path)), { recursive: true })
      writeFileSync(join(copy, path), text)
    }
    const check = checks.find(({ name }) => name === plant.check)
    const { clean, output } = await runCheck(check, copy)
    const caught = !clean && plant.says.test(output)
    if (!caught) missed++
    process.stdout.write(
      `${caught ? '✓ caught' : '✗ MISSED'} ${plant.check}: ${plant.says.source}\n`,
    )
    if (!caught) process.stdout.write(`${output.slice(0, 2000)}\n`)
    for (const path of Object.keys(files)) rmSync(join(copy, path))
  }
  if (missed > 0) process.exitCode = 1
} finally {
  rmSync(copy, { recursive: true, force: true })
}
