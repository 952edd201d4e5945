import type { Service } from '../../wire/operation.ts'

/** EventBridge Pipes, none of whose operations is built: each is refused by its name. */
export function createPipesService(): Service {
  return { name: 'pipes', operations: new Map() }
}
