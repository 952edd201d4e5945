import { destination, pino } from 'pino'
import type { Logger } from '../base/logger.ts'

const STANDARD_ERROR = 2

/** JSON lines on standard error, written at once, so that nothing is missing after a crash. */
export function createLogger(level: 'debug' | 'info' | 'warn' | 'error' | 'silent'): Logger {
  return pino({ level, base: null }, destination({ fd: STANDARD_ERROR, sync: true }))
}
