// `node scripts/complete-lock.mjs`, after every change of dependencies: adds to package-lock.json the
// packages of other platforms that npm left out of it. A registry that does not serve them makes npm
// prune them, and then `npm ci` refuses the lock file everywhere. Versions are those that the
// parents declare; they carry no integrity, for they were not seen.
import { readFileSync, writeFileSync } from 'node:fs'

const systems = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'wasm32',
  'wasi',
  'win32',
]
const processors = [
  'arm64',
  'arm',
  'ia32',
  'loong64',
  'mips64el',
  'ppc64',
  'riscv64',
  's390x',
  'x64',
]

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'))
let added = 0
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    const places = [`node_modules/${name}`, `${path}/node_modules/${name}`]
    if (places.some((place) => lock.packages[place])) continue
    lock.packages[places[0]] = platformPackage(name, range, entry.dev === true)
    added++
  }
}
lock.packages = Object.fromEntries(
  Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)),
)
writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`)
console.log(`${added} packages of other platforms added`)

function platformPackage(name, range, dev) {
  const words = name.split(/[/-]/)
  const os = systems.filter((system) => words.includes(system) && system !== 'wasm32')
  const musl = /musl/.test(name)
  const cpu = processors.filter((processor) => words.includes(processor))
  return {
    version: range.replace(/^[\^~>=]*/, ''),
    ...(cpu.length > 0 && { cpu }),
    ...(dev && { dev: true }),
    ...((musl || /-gnu/.test(name)) && { libc: [musl ? 'musl' : 'glibc'] }),
    optional: true,
    ...(os.length > 0 && { os }),
  }
}
