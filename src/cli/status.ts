import type { CliContext } from './context.ts'
import { endpointOf, fetchHealth } from './endpoint.ts'

/** `headrace status`: exit code 1 when no server answers. */
export async function status(
  this: CliContext,
  flags: { readonly endpoint?: string },
): Promise<void> {
  const endpoint = endpointOf(this, flags.endpoint)
  const health = await fetchHealth(endpoint)
  if (!health) {
    this.printError(`no Headrace server answers at ${endpoint}; start one with \`headrace up\``)
    this.setExitCode(1)
    return
  }
  this.print(`${endpoint}  ${health.status}  version ${health.version}`)
  for (const [name, state] of Object.entries(health.services)) {
    this.print(`  ${name.padEnd(20)} ${state}`)
  }
  if (health.kafka !== undefined) this.print(`  ${"Kafka's protocol".padEnd(20)} ${health.kafka}`)
}
