import type { LambdaOperation } from '../contract.ts'
import { limits } from '../limits.ts'

export const getAccountSettings: LambdaOperation<'GetAccountSettings'> = {
  name: 'GetAccountSettings',
  async run({ functions, versions }, _input, scope) {
    let count = 0
    let sizeBytes = 0
    let reserved = 0
    let after: string | undefined
    for (;;) {
      const page = { limit: limits.pageSize, ...(after !== undefined && { after }) }
      const found = await functions.list(scope, page)
      for (const { name, latest, reservedConcurrency = 0 } of found) {
        const codes = [latest, ...(await versions.all(scope, name))].map(({ code }) => code)
        count++
        sizeBytes += codes.reduce((sum, code) => sum + code.sizeBytes, 0)
        reserved += reservedConcurrency
      }
      after = found.at(-1)?.name
      if (found.length < limits.pageSize) break
    }
    return {
      AccountLimit: {
        // AWS: 75 GB by default (Lambda quotas).
        TotalCodeSize: 80_530_636_800,
        CodeSizeUnzipped: limits.unzippedBytesMax,
        CodeSizeZipped: limits.zippedBytesMax,
        ConcurrentExecutions: limits.concurrencyMax,
        UnreservedConcurrentExecutions: limits.concurrencyMax - reserved,
      },
      AccountUsage: { FunctionCount: count, TotalCodeSize: sizeBytes },
    }
  },
}
