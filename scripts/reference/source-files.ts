import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Paths under a directory that match, sorted, with forward slashes; tests left out. */
export function sourceFiles(directory: string, pattern: RegExp): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, name).replaceAll('\\', '/'))
    .filter((path) => pattern.test(path) && !path.endsWith('.test.ts'))
    .sort()
}
