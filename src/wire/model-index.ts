import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ModelData, ModelIndex } from './model/data.ts'

// The models are files of the package, read only and the same for every run: they are not state, so
// they do not go through `Disk`.

/**
 * What AWS has, service by service: protocol, signing name and the names of all operations, built
 * here or not. Made by `scripts/extract-models.ts`.
 */
export function readModelIndex(modelsDirectory: string): ModelIndex {
  return JSON.parse(readFileSync(join(modelsDirectory, 'index.json'), 'utf8'))
}

/** A few milliseconds for a large service. */
export function readModel(modelsDirectory: string, service: string): ModelData {
  return JSON.parse(readFileSync(join(modelsDirectory, `${service}.json`), 'utf8'))
}
