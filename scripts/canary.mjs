// A checker can be green because it sees nothing. In a copy of the sources this plants one violation
// of each kind and requires red, naming the violation. Prints what was caught; exits 1 otherwise.
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { checks, runCheck } from './checks.mjs'

const CLEAN = 'export const planted = 1\n'

/** By check: the files that are planted together, and what the check must say of them. */
const plants = {
  'types (TypeScript 7)': {
    files: { 'src/base/planted.ts': "export const planted: number = 'text'\n" },
    says: [/planted\.ts/],
  },
  'types (TypeScript 6)': {
    files: { 'src/base/planted.ts': "export const planted: number = 'text'\n" },
    says: [/planted\.ts/],
  },
  'lint and format': {
    files: {
      'src/base/planted-time.ts': 'export const planted = Date.now()\n',
      'src/base/planted-promise.ts':
        'async function work(): Promise<void> {}\nexport function planted(): void {\n  work()\n}\n',
      'src/base/planted-any.ts': 'export const planted: any = 1\n',
    },
    says: [/noRestrictedGlobals/, /noFloatingPromises/, /noExplicitAny/],
  },
  'dead code': { files: { 'src/base/planted.ts': CLEAN }, says: [/planted\.ts/] },
  layers: {
    files: {
      'src/base/planted-up.ts': "import '../wire/operation.ts'\n",
      'src/engines/planted.ts': "import '../services/sts/service.ts'\n",
      'src/services/sts/planted-use.ts': "import '../kinesis/stream-reader.ts'\n",
      'src/services/lambda/planted.ts': "import '../sts/service.ts'\n",
      'src/services/sts/planted-vendor.ts': "import 'lmdb'\n",
      'src/services/sts/planted-adapter.ts': "import '../../engines/meta/lmdb/lmdb-meta.ts'\n",
      'src/engines/log/segment/planted.ts': "import '../../meta/lmdb/lmdb-meta.ts'\n",
      'src/base/planted-client.ts': "import '@aws-sdk/client-sts'\n",
      'test/sdk/planted.test.ts': "import '../../src/base/arn.ts'\n",
      'src/base/planted-alone.ts': CLEAN,
      'src/base/planted-round.ts': "import './planted-about.ts'\n",
      'src/base/planted-about.ts': "import './planted-round.ts'\n",
    },
    says: [
      'upward-from-base',
      'upward-from-engines',
      'sts-uses',
      'sts-operations-are-private',
      'vendor-lmdb',
      'ports-not-adapters',
      'adapters-do-not-meet',
      'clients-are-types-only',
      'sdk-tests-are-black-box',
      'no-orphans',
      'no-circular',
    ].map((rule) => new RegExp(`error ${rule}: \\S*planted`)),
  },
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
  for (const check of checks) {
    const { files, says } = plants[check.name]
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(copy, path)), { recursive: true })
      writeFileSync(join(copy, path), text)
    }
    const { clean, output } = await runCheck(check, copy)
    for (const word of says) {
      const caught = !clean && word.test(output)
      if (!caught) missed++
      process.stdout.write(`${caught ? '✓ caught' : '✗ MISSED'} ${check.name}: ${word.source}\n`)
      if (!caught) process.stdout.write(`${output.slice(0, 2000)}\n`)
    }
    for (const path of Object.keys(files)) rmSync(join(copy, path))
  }
  if (missed > 0) process.exitCode = 1
} finally {
  rmSync(copy, { recursive: true, force: true })
}
