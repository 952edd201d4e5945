import { ServiceError } from '../../base/errors.ts'

/** Ends a request that was only to be checked, when all checks have passed: nothing was done. */
export function refuseDryRun(dryRun: boolean | undefined): void {
  if (!dryRun) return
  throw new ServiceError(
    'DryRunOperationException',
    'The request would have succeeded, but the DryRun parameter was specified.',
  )
}
