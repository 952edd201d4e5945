// The machines that hold the house's rules, as data. Used by `npm run check`, `npm test` and the
// canary, which plants one violation of each and requires red.
import { spawn } from 'node:child_process'
import { join } from 'node:path'

const bin = (...parts) => [process.execPath, join('node_modules', ...parts)]

/** Name, command line, and what a clean run must print (a checker that saw nothing is not clean). */
export const checks = [
  {
    name: 'types (TypeScript 7)',
    command: bin('typescript-native', 'bin', 'tsc'),
    args: ['-p', '.'],
  },
  { name: 'types (TypeScript 6)', command: bin('typescript', 'bin', 'tsc'), args: ['-p', '.'] },
  {
    name: 'lint and format',
    command: bin('@biomejs', 'biome', 'bin', 'biome'),
    args: ['check', '--error-on-warnings', '.'],
    mustPrint: /Checked \d{2,} files/,
  },
  {
    name: 'layers',
    command: bin('dependency-cruiser', 'bin', 'dependency-cruise.mjs'),
    args: ['--config', '.dependency-cruiser.mjs', 'src', 'test', 'bench'],
    mustPrint: /no dependency violations found \(\d{2,} modules/,
  },
  { name: 'dead code', command: bin('knip', 'bin', 'knip.js'), args: [] },
]

/** Runs one check in `directory`; answers its output and whether it was clean. */
export function runCheck(check, directory) {
  const [program, ...before] = check.command
  return new Promise((resolve) => {
    const child = spawn(program, [...before, ...check.args], { cwd: directory })
    let output = ''
    const collect = (chunk) => {
      output += chunk
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    child.on('close', (code) => {
      const clean = code === 0 && (check.mustPrint?.test(output) ?? true)
      resolve({ clean, output })
    })
  })
}

/** Runs all, one after the other, telling of each; answers the names of those that were not clean. */
export async function runChecks(directory) {
  const failed = []
  for (const check of checks) {
    const { clean, output } = await runCheck(check, directory)
    process.stdout.write(`${clean ? '✓' : '✗'} ${check.name}\n`)
    if (clean) continue
    failed.push(check.name)
    process.stdout.write(`${output.replace(/^/gm, '  ')}\n`)
  }
  return failed
}
