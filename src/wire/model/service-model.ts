import { assert } from '../../base/assert.ts'
import type { ModelData } from './data.ts'
import type { Shape, StructureShape } from './shape.ts'
import { linkShapes, unitShape } from './shape.ts'

/** A service's model, linked: its operations and errors by name. */
export interface ServiceModel {
  readonly data: ModelData
  readonly operations: ReadonlyMap<string, OperationModel>
  readonly errors: ReadonlyMap<string, StructureShape>
}

export interface OperationModel {
  readonly name: string
  readonly input: StructureShape
  readonly output: StructureShape
  /** Whether the operation has an output at all; without one the body is empty. */
  readonly hasOutput: boolean
  readonly http: readonly [method: string, path: string, status: number] | undefined
}

export function linkModel(data: ModelData): ServiceModel {
  const shapes = linkShapes(data)
  const structure = (number: number): StructureShape => {
    const shape: Shape | undefined = shapes[number]
    assert(shape?.kind === 'structure', `shape ${number} of ${data.name} is a structure`)
    return shape
  }
  const operations = new Map<string, OperationModel>()
  for (const [name, { input, output, http }] of Object.entries(data.operations)) {
    operations.set(name, {
      name,
      input: input === undefined ? unitShape : structure(input),
      output: output === undefined ? unitShape : structure(output),
      hasOutput: output !== undefined,
      http,
    })
  }
  const errors = new Map<string, StructureShape>()
  for (const [name, number] of Object.entries(data.errors)) errors.set(name, structure(number))
  return { data, operations, errors }
}
