import { createHash } from 'node:crypto'

/** The id of the cluster that a data directory is, in the form of Kafka's: 16 bytes in base64url. */
export function clusterIdOf(rootSecret: string): string {
  const digest = createHash('sha256').update(`kafka cluster\n${rootSecret}`).digest()
  return digest.subarray(0, 16).toString('base64url')
}
