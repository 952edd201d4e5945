// One bundle a process that we start: the server with its CLI, and each child. Then the AWS models.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { bundledLicences } from './bundled-licences.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
/** `node scripts/build.mjs [dist-name]`: tests build beside a server that runs from `dist`. */
const directory = process.argv[2] ?? 'dist'
if (!/^dist(-[\w-]+)?$/.test(directory)) {
  console.error(`Usage: node scripts/build.mjs [dist-name]\n${directory} is no name of a build.`)
  process.exit(2)
}
const dist = join(root, directory)

/** What runs beside its packages: name of the bundle and its entry. They share their chunks. */
const programs = {
  headrace: 'src/main.ts',
  'query-child': 'src/engines/query/duckdb/child.ts',
  'training-child': 'src/services/sagemaker/training/child.ts',
}
/** What is copied or started alone, with all it needs inside. */
const alone = { 'node-bootstrap': 'src/engines/compute/process/bootstrap/node-bootstrap.ts' }
const functions = {
  score: 'src/cli/demo/functions/score.ts',
  'start-job': 'src/cli/demo/functions/start-job.ts',
}

const shared = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
}
const present = (entries) =>
  Object.fromEntries(Object.entries(entries).filter(([, path]) => existsSync(join(root, path))))

for (const name of ['chunks', 'scripts']) rmSync(join(dist, name), { recursive: true, force: true })
const main = await build({
  ...shared,
  entryPoints: present(programs),
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
const bootstrap = await build({
  ...shared,
  entryPoints: present(alone),
  outdir: dist,
  format: 'esm',
  outExtension: { '.js': '.mjs' },
})
const demoFunctions = await build({
  ...shared,
  entryPoints: present(functions),
  outdir: join(dist, 'functions'),
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  minify: true,
})
writeFileSync(join(dist, 'LICENCES.txt'), bundledLicences(root, [main, bootstrap, demoFunctions]))
cpSync(join(root, 'src/cli/demo/scripts'), join(dist, 'scripts'), { recursive: true })

const models = spawnSync(
  process.execPath,
  ['--import', 'tsx', join(root, 'scripts', 'extract-models.ts')],
  { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
)
if (models.status !== 0) process.exit(1)
if (dist !== join(root, 'dist')) {
  cpSync(join(root, 'dist', 'models'), join(dist, 'models'), { recursive: true })
}
