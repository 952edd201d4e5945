import { PeerMissing } from '../../scripts/peers/fetched.ts'

/** What `get` answers, or undefined where the peer cannot be had: then a line says why. */
export async function orSaid<T>(get: () => Promise<T>): Promise<T | undefined> {
  try {
    return await get()
  } catch (error) {
    if (!(error instanceof PeerMissing)) throw error
    console.warn(`skipped, for a peer is missing: ${error.message}`)
    return undefined
  }
}
