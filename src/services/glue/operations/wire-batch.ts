import type { ErrorDetail } from '@aws-sdk/client-glue'
import { ServiceError } from '../../../base/errors.ts'

/** The refusal of one item of a batch; undefined when it was done. Other failures go on up. */
export async function errorOf(work: Promise<unknown>): Promise<ErrorDetail | undefined> {
  try {
    await work
    return undefined
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error
    return { ErrorCode: error.code, ErrorMessage: error.message }
  }
}

/** Undefined for what is not there. */
export async function foundOrNot<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'EntityNotFoundException') return undefined
    throw error
  }
}
