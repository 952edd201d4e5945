import { resolve } from 'node:path'
import { assemble } from '../assemble.ts'
import type { CliContext } from './context.ts'
import type { SettingFlags } from './setting-flags.ts'
import { configFrom } from './setting-flags.ts'

/** `headrace up`: resolves after the server has drained. */
export async function up(this: CliContext, flags: SettingFlags): Promise<void> {
  const config = configFrom(flags, this.environment)
  const app = await assemble({
    config,
    version: this.version,
    distDirectory: this.distDirectory,
    environment: this.environment,
    clock: this.clock,
    random: this.random,
  })
  this.print(`ready ${app.endpoint} (${Math.round(this.uptimeMs())} ms)`)
  this.print(`  serves    ${app.serviceNames.join(', ')}`)
  const kafka = app.kafkaAddress()
  if (kafka !== undefined) this.print(`  kafka     ${kafka}`)
  this.print(`  keeps     everything in ${resolve(config.dataDir)}`)
  this.print(`  use it    eval "$(headrace env${endpointFlag(config.port, app.endpoint)})"`)
  this.print('            aws s3 mb s3://my-bucket && aws kinesis list-streams')
  this.print(`  look      ${app.endpoint}/_headrace/health`)
  await new Promise<void>((done) => {
    if (this.interrupted.aborted) done()
    this.interrupted.addEventListener('abort', () => done(), { once: true })
  })
  this.printError('headrace: draining …')
  await app.stop()
}

function endpointFlag(port: number, endpoint: string): string {
  return port === 4566 ? '' : ` --endpoint ${endpoint}`
}
