import { entityNotFound } from '../catalog-errors.ts'
import type { GlueOperation } from '../contract.ts'
import { bookmarkToWire } from './wire-job.ts'

export const getJobBookmark: GlueOperation<'GetJobBookmark'> = {
  name: 'GetJobBookmark',
  refuses: ['RunId'],
  async run({ bookmarks }, input, context) {
    const bookmark = await bookmarks.find(context, input.JobName)
    if (!bookmark) throw entityNotFound(`Continuation for job ${input.JobName} not found`)
    return { JobBookmarkEntry: bookmarkToWire(bookmark) }
  },
}
