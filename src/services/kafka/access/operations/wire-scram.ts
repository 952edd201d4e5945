import type { ScramMechanism } from '../scram.ts'

/** The numbers that Kafka's messages have for the mechanisms (ScramMechanism). */
const mechanisms: ReadonlyMap<number, ScramMechanism> = new Map([
  [1, 'SCRAM-SHA-256'],
  [2, 'SCRAM-SHA-512'],
])

export function readScramMechanism(code: number): ScramMechanism | undefined {
  return mechanisms.get(code)
}

export function writeScramMechanism(mechanism: ScramMechanism): number {
  return mechanism === 'SCRAM-SHA-256' ? 1 : 2
}
