import type { AthenaOperation } from '../contract.ts'
import { ENGINE_VERSION } from './wire-execution.ts'

export const listEngineVersions: AthenaOperation<'ListEngineVersions'> = {
  name: 'ListEngineVersions',
  async run() {
    return {
      EngineVersions: ['AUTO', ENGINE_VERSION].map((version) => ({
        SelectedEngineVersion: version,
        EffectiveEngineVersion: ENGINE_VERSION,
      })),
    }
  },
}
