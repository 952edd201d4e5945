// One bundle a process that we start: the server with its CLI, and each child. Then the AWS models.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const dist = join(root, 'dist')

/** Name of the bundle and its entry. A child is started by the path of its bundle. */
const entries = {
  headrace: 'src/main.ts',
  'query-child': 'src/engines/query/duckdb/child.ts',
  'training-child': 'src/services/sagemaker/training/child.ts',
  'functions/score': 'src/cli/demo/functions/score.ts',
  'functions/start-job': 'src/cli/demo/functions/start-job.ts',
}

const shared = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  legalComments: 'none',
  logLevel: 'warning',
}

rmSync(join(dist, 'chunks'), { recursive: true, force: true })
const present = Object.entries(entries).filter(([, path]) => existsSync(join(root, path)))
await build({
  ...shared,
  entryPoints: Object.fromEntries(present.filter(([name]) => !name.startsWith('functions/'))),
  outdir: dist,
  format: 'esm',
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  external: Object.keys(manifest.dependencies),
  define: { HEADRACE_VERSION: JSON.stringify(manifest.version) },
  // Bundled CommonJS packages (the SDK clients of the demo) call `require` for Node's own modules.
  banner: {
    js: "import { createRequire as headraceRequire } from 'node:module'; const require = headraceRequire(import.meta.url);",
  },
})
await build({
  ...shared,
  entryPoints: Object.fromEntries(present.filter(([name]) => name.startsWith('functions/'))),
  outdir: dist,
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  minify: true,
})

const models = spawnSync(
  process.execPath,
  ['--import', 'tsx', join(root, 'scripts', 'extract-models.ts')],
  { cwd: root, stdio: 'inherit' },
)
if (models.status !== 0) process.exit(1)
