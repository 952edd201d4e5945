import type { ListEntry, ListPage, ListRequest } from '../port.ts'
import type { ObjectIndex } from './object-index.ts'
import { decodeRow, storedObject } from './object-index.ts'

const PAGE_MIN = 8
const PAGE_MAX = 1_000
/** No byte of UTF-8, so behind every key that starts with what stands before it. */
const BEHIND_ALL = Buffer.from([0xff])

/**
 * Walks the rows in order. Below a common prefix it looks at no more than a page and then seeks
 * behind all keys that share it, so that a level of a deep tree costs what is shown of it.
 */
export async function listObjects(index: ObjectIndex, request: ListRequest): Promise<ListPage> {
  const { bucket, prefix, delimiter, limit } = request
  const entries: ListEntry[] = []
  const commonPrefixOf = (key: string) => {
    const end = delimiter ? key.indexOf(delimiter, prefix.length) : -1
    return end < 0 ? undefined : key.slice(0, end + (delimiter ?? '').length)
  }
  let { after, skipped } = startOf(request, commonPrefixOf)
  let pageSize = Math.min(limit + 1, delimiter ? 100 : PAGE_MAX)
  for (;;) {
    const rows = await index.page(bucket, prefix, after, pageSize)
    let useful = 0
    for (const { entry, key } of rows) {
      if (skipped !== undefined && key.startsWith(skipped)) continue
      if (entries.length === limit) return { entries, truncated: true }
      useful++
      const commonPrefix = commonPrefixOf(key)
      skipped = commonPrefix
      entries.push(
        commonPrefix === undefined
          ? { object: storedObject(decodeRow(key, entry.value)) }
          : { commonPrefix },
      )
    }
    const last = rows.at(-1)
    if (!last || rows.length < pageSize) return { entries, truncated: false }
    after =
      skipped !== undefined && last.key.startsWith(skipped)
        ? Buffer.concat([Buffer.from(skipped), BEHIND_ALL])
        : Buffer.from(last.key)
    const next = useful * 2 > rows.length ? pageSize * 2 : pageSize / 2
    pageSize = Math.ceil(Math.min(Math.max(next, PAGE_MIN), PAGE_MAX, limit + 1 - entries.length))
  }
}

/** A page that begins within a common prefix leaves that one out: the page before has shown it. */
function startOf(
  request: ListRequest,
  commonPrefixOf: (key: string) => string | undefined,
): { after: Uint8Array | undefined; skipped: string | undefined } {
  const { after, prefix } = request
  if (after === undefined || after === '') return { after: undefined, skipped: undefined }
  const skipped = after.startsWith(prefix) ? commonPrefixOf(after) : undefined
  const text = Buffer.from(skipped ?? after)
  return { after: skipped === undefined ? text : Buffer.concat([text, BEHIND_ALL]), skipped }
}
