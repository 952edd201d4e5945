import type { CliContext } from './context.ts'
import { endpointOf, fetchHealth } from './endpoint.ts'
import { signedPost } from './signed-fetch.ts'

/** `headrace reset`: empties the caller's account on a running server; needs `--yes`. */
export async function reset(
  this: CliContext,
  flags: { readonly endpoint?: string; readonly everything?: boolean; readonly yes?: boolean },
): Promise<void> {
  const endpoint = endpointOf(this, flags.endpoint)
  const what = flags.everything ? 'everything of all accounts' : 'everything of your account'
  if (!flags.yes) throw new Error(`This removes ${what} at ${endpoint}. Say --yes to do it.`)
  if (!(await fetchHealth(endpoint))) {
    throw new Error(
      `No Headrace server answers at ${endpoint}. With the server stopped, its data directory can simply be removed.`,
    )
  }
  const url = new URL(`${endpoint}/_headrace/reset`)
  if (flags.everything) url.searchParams.set('scope', 'everything')
  const response = await signedPost(this, url)
  const text = await response.text()
  if (!response.ok) throw new Error(`The server refused (${response.status}): ${text.trim()}`)
  this.print(`Removed ${what} at ${endpoint}.`)
}
