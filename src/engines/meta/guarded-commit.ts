import { EngineError } from '../../base/errors.ts'
import type { MetaBatch, MetaStore } from './port.ts'

/** False, with nothing written, when one of the checks does not hold. */
export async function commitUnlessChanged(meta: MetaStore, batch: MetaBatch): Promise<boolean> {
  try {
    await meta.commit(batch)
    return true
  } catch (error) {
    if (error instanceof EngineError && error.kind === 'conflict') return false
    throw error
  }
}
