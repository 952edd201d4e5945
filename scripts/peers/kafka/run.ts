import { PeerMissing } from '../fetched.ts'
import { startKafkaCluster } from './cluster.ts'

/*
 * node --import tsx scripts/peers/kafka/run.ts [nodes]
 *
 * A real Apache Kafka of one node or of three, to try things against; it ends with this process.
 */
const nodes = Number(process.argv[2] ?? 1)
try {
  const cluster = await startKafkaCluster({ nodes })
  console.log(`ready ${cluster.bootstrap}`)
  console.log(`class path: ${cluster.classPath}`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void cluster.stop().then(() => process.exit(0)))
  }
} catch (error) {
  if (!(error instanceof PeerMissing)) throw error
  console.error(`no Apache Kafka here: ${error.message}`)
  process.exitCode = 1
}
