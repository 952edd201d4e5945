// Makes a clone ready to run: checks the machine, installs the locked dependencies, builds.
// Plain JavaScript without dependencies, for it runs before anything is installed.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const NODE_MIN = [20, 19]
const PYTHON_MIN = [3, 9]

/** Does only what is missing, and says what it does on stderr. Throws with advice. */
export function setUp() {
  checkMachine()
  install()
  build()
}

function checkMachine() {
  const problems = []
  if (!atLeast(process.versions.node, NODE_MIN)) {
    problems.push(
      `Node.js ${NODE_MIN.join('.')} or newer is needed; this is ${process.versions.node}.`,
    )
  }
  if (!versionOf('npm', ['--version'])) problems.push('npm is needed, and was not found on PATH.')
  const python = versionOf('python3', ['--version'])
  if (!python || !atLeast(python, PYTHON_MIN)) {
    const found = python ? `this is ${python}` : 'none was found on PATH'
    problems.push(
      `python3 ${PYTHON_MIN.join('.')} or newer is needed for Glue jobs and Python functions; ${found}.`,
    )
  }
  if (problems.length > 0) throw new Error(problems.join('\n'))
}

function versionOf(command, args) {
  const { stdout } = spawnSync(command, args, { encoding: 'utf8' })
  return /\d+\.\d+(\.\d+)?/.exec(stdout ?? '')?.[0]
}

function atLeast(version, [major, minor]) {
  const [haveMajor = 0, haveMinor = 0] = version.split('.').map(Number)
  return haveMajor > major || (haveMajor === major && haveMinor >= minor)
}

function install() {
  const lock = digestOf([join(root, 'package-lock.json')])
  const mark = join(root, 'node_modules', '.headrace-lock')
  if (existsSync(mark) && readFileSync(mark, 'utf8') === lock) return
  // A tree that npm itself keeps in step with the lock file needs no second installation.
  const hidden = join(root, 'node_modules', '.package-lock.json')
  const current =
    existsSync(hidden) &&
    statSync(hidden).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs
  if (!current) {
    say('installing the locked dependencies (npm ci) …')
    run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
  }
  writeFileSync(mark, lock)
}

/** Whether the bundle is newer than all that it is made of: costs a look at the files' times. */
export function isBuilt() {
  const mark = join(root, 'dist', '.built')
  if (!existsSync(mark)) return false
  const builtMs = statSync(mark).mtimeMs
  return inputs().every((path) => statSync(path).mtimeMs <= builtMs)
}

function build() {
  const digest = digestOf(inputs())
  const mark = join(root, 'dist', '.built')
  if (existsSync(mark) && readFileSync(mark, 'utf8') === digest) {
    // The same content with newer times, as after a change of branches: looked at once is enough.
    writeFileSync(mark, digest)
    return
  }
  say('building …')
  run(process.execPath, [join(root, 'scripts', 'build.mjs')])
  mkdirSync(dirname(mark), { recursive: true })
  writeFileSync(mark, digest)
}

function inputs() {
  return ['src', 'python', 'scripts']
    .flatMap((name) => filesUnder(join(root, name)))
    .concat(join(root, 'package.json'), join(root, 'package-lock.json'))
}

function filesUnder(directory) {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(test\.ts|pyc)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

function digestOf(paths) {
  const hash = createHash('sha256')
  for (const path of paths) hash.update(path.slice(root.length)).update(readFileSync(path))
  return hash.digest('hex')
}

function run(command, args) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] })
  if (status !== 0) throw new Error(`'${command} ${args.join(' ')}' failed; see its output above.`)
}

function say(message) {
  process.stderr.write(`headrace: ${message}\n`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    setUp()
  } catch (error) {
    say(error.message)
    process.exitCode = 1
  }
}
