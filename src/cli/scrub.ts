import type { DamagedObject, ScrubPage } from '../server/own-pages.ts'
import type { CliContext } from './context.ts'
import { endpointOf, fetchHealth } from './endpoint.ts'
import { signedPost } from './signed-fetch.ts'

const ERASE_LINE = '\r\u001b[2K'

/**
 * `headrace scrub`: reads all objects of the caller's account on a running server and compares them
 * with their sums. Exit code 1 when one is damaged, or when it did not come to the end.
 */
export async function scrub(
  this: CliContext,
  flags: { readonly endpoint?: string },
): Promise<void> {
  const endpoint = endpointOf(this, flags.endpoint)
  if (!(await fetchHealth(endpoint))) {
    throw new Error(
      `No Headrace server answers at ${endpoint}. Start it with \`headrace up\`: it reads its own data directory.`,
    )
  }
  const total = { objects: 0, bytes: 0, uncheckedBytes: 0, damaged: 0, damagedBytes: 0 }
  const erase = () => this.isTerminal && this.draw(ERASE_LINE)
  for (let next: string | undefined, isFirst = true; isFirst || next !== undefined; ) {
    if (this.interrupted.aborted) throw new Error(`Interrupted behind ${total.objects} objects.`)
    const page = await fetchPage(this, endpoint, next)
    isFirst = false
    next = page.next
    total.objects += page.objects
    total.bytes += page.bytes
    total.uncheckedBytes += page.uncheckedBytes
    erase()
    for (const { bucket, key, sizeBytes, damagedBytes, ...which } of page.damaged) {
      total.damaged += 1
      total.damagedBytes += damagedBytes
      const place = `s3://${bucket}/${printable(key)}${queryOf(which)}`
      this.print(`damaged  ${place}  ${damagedBytes} of ${sizeBytes} bytes`)
    }
    if (this.isTerminal) this.draw(`${total.objects} objects, ${total.bytes} bytes`)
  }
  erase()
  this.print(`${total.objects} objects with ${total.bytes} bytes were read.`)
  if (total.uncheckedBytes > 0) {
    this.print(`${total.uncheckedBytes} bytes are older than sums: read, but not checked.`)
  }
  if (total.damaged === 0) {
    this.print('None is damaged.')
    return
  }
  this.print(`${total.damaged} damaged, ${total.damagedBytes} bytes of them.`)
  this.setExitCode(1)
}

/** Which version, or which part of which upload. */
function queryOf(which: Pick<DamagedObject, 'versionId' | 'uploadId' | 'partNumber'>): string {
  const pairs = Object.entries(which).map(([name, value]) => `${name}=${value}`)
  return pairs.length > 0 ? `?${pairs.join('&')}` : ''
}

async function fetchPage(
  context: CliContext,
  endpoint: string,
  after: string | undefined,
): Promise<ScrubPage> {
  const url = new URL(`${endpoint}/_headrace/scrub`)
  if (after !== undefined) url.searchParams.set('after', after)
  const response = await signedPost(context, url)
  const text = await response.text()
  if (!response.ok) throw new Error(`The server refused (${response.status}): ${text.trim()}`)
  return JSON.parse(text) as ScrubPage
}

/** Keys are anybody's text; a terminal takes orders from control characters. */
function printable(key: string): string {
  return key.replace(/\p{Cc}/gu, encodeURIComponent)
}
