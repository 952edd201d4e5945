import { env } from 'node:process'

/** A variable that the engine or the service has set; empty when it has not. */
export function environment(name: string): string {
  // biome-ignore lint/style/noProcessEnv: a program of its own, and this is where it reads them.
  return env[name] ?? ''
}
