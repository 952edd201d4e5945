import type { GlueOperation } from '../contract.ts'
import { bookmarkToWire } from './wire-job.ts'

export const resetJobBookmark: GlueOperation<'ResetJobBookmark'> = {
  name: 'ResetJobBookmark',
  refuses: ['RunId'],
  async run({ bookmarks }, input, context) {
    const before = await bookmarks.reset(context, input.JobName)
    return { JobBookmarkEntry: bookmarkToWire({ ...before, version: 0, run: 0, sources: {} }) }
  },
}
