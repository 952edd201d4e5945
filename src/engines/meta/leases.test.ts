import { expect, it } from 'vitest'
import { createMemoryMeta } from '../../../test/support/memory-meta.ts'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import { silentLogger as log } from '../../base/logger.ts'
import type { Lease, Leases } from './leases.ts'
import { createLeases } from './leases.ts'
import type { MetaStore } from './port.ts'

function createNodes(options: { readonly shared: boolean }) {
  const meta = createMemoryMeta()
  const { clock, advance } = createVirtualClock()
  const unreachable = new Set<string>()
  const node = (owner: string): Leases =>
    createLeases({ meta: reachable(owner), clock, owner, log })
  /** The same store, that fails for nodes named in `unreachable`. */
  const reachable = (owner: string): MetaStore => ({
    ...meta,
    capabilities: options,
    async get(key) {
      if (unreachable.has(owner)) throw new Error('the store is out of reach')
      return meta.get(key)
    },
  })
  return { node, advance, unreachable }
}

/** Shows what `acquire` answered once it did. */
function attempt(leases: Leases, name: string, signal: AbortSignal) {
  const outcome: { lease?: Lease | undefined; settled: boolean } = { settled: false }
  const done = leases.acquire(name, signal).then((lease) => {
    outcome.lease = lease
    outcome.settled = true
  })
  return { outcome, done }
}

const forever = new AbortController().signal

it('one node holds a lease; another gets it on release, with a higher fence', async () => {
  const { node, advance } = createNodes({ shared: true })
  const first = await node('a').acquire('work', forever)
  const second = attempt(node('b'), 'work', forever)
  await advance(60_000)
  expect(second.outcome.settled).toBe(false)
  expect(first?.signal.aborted).toBe(false)
  const released = first?.release()
  await advance(2_000)
  await released
  await second.done
  expect(second.outcome.lease?.fence).toBe((first?.fence ?? 0) + 1)
  expect(first?.signal.aborted).toBe(true)
})

it('a node that cannot renew loses the lease before another one gets it', async () => {
  const { node, advance, unreachable } = createNodes({ shared: true })
  const first = await node('a').acquire('work', forever)
  const second = attempt(node('b'), 'work', forever)
  await advance(6_000)
  unreachable.add('a')
  let lostBefore: boolean | undefined
  for (let waited = 0; waited < 40 && !second.outcome.settled; waited++) {
    lostBefore = first?.signal.aborted
    await advance(1_000)
  }
  expect(second.outcome.settled).toBe(true)
  expect(lostBefore).toBe(true)
})

it('a store of one process gives the leases of a dead one at once', async () => {
  const { node } = createNodes({ shared: false })
  const before = await node('before the crash').acquire('work', forever)
  const after = await node('after it').acquire('work', forever)
  expect(after?.fence).toBe((before?.fence ?? 0) + 1)
})

it('within one process, the second wants the lease only after the first let go', async () => {
  const { node, advance } = createNodes({ shared: false })
  const leases = node('a')
  const first = await leases.acquire('work', forever)
  const second = attempt(leases, 'work', forever)
  await advance(60_000)
  expect(second.outcome.settled).toBe(false)
  await first?.release()
  await advance(1_000)
  expect(second.outcome.settled).toBe(true)
})

it('waiting ends without a lease when the signal aborts, and a held one aborts with it', async () => {
  const { node, advance } = createNodes({ shared: true })
  const stop = new AbortController()
  const held = await node('a').acquire('work', stop.signal)
  const waiting = attempt(node('b'), 'work', stop.signal)
  await advance(1_500)
  stop.abort()
  await waiting.done
  expect(waiting.outcome.lease).toBeUndefined()
  expect(held?.signal.aborted).toBe(true)
  expect(await node('b').acquire('other', stop.signal)).toBeUndefined()
})

it('a store that fails for a while does not cost the lease', async () => {
  const { node, advance, unreachable } = createNodes({ shared: true })
  const held = await node('a').acquire('work', forever)
  await advance(4_000)
  unreachable.add('a')
  await advance(2_000)
  unreachable.delete('a')
  await advance(60_000)
  expect(held?.signal.aborted).toBe(false)
  const other = attempt(node('b'), 'work', forever)
  await advance(60_000)
  expect(other.outcome.settled).toBe(false)
})

it('waiting goes on while the store fails', async () => {
  const { node, advance, unreachable } = createNodes({ shared: false })
  unreachable.add('a')
  const waiting = attempt(node('a'), 'work', forever)
  await advance(5_000)
  expect(waiting.outcome.settled).toBe(false)
  unreachable.delete('a')
  await advance(1_000)
  expect(waiting.outcome.lease).toBeDefined()
})
