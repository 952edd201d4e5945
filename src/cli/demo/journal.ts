import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { hasErrorCode } from '../../base/errors.ts'

/**
 * What the producer of the demo knows to be acknowledged, kept beside the server's data, so that a
 * run that was cut short goes on behind the last acknowledged batch.
 */
export interface Journal {
  readonly state: JournalState
  update(change: Partial<JournalState>): Promise<void>
}

export interface JournalState {
  /** Events of the data set that are acknowledged, counted from its start. */
  readonly acknowledged: number
  /** Batches that may have been stored without us hearing of it. */
  readonly repeated: number
  /** What the data set was: another one needs a fresh server. */
  readonly dataset: string
}

export async function openJournal(path: string, dataset: string): Promise<Journal> {
  let state = (await read(path)) ?? { acknowledged: 0, repeated: 0, dataset }
  if (state.dataset !== dataset) {
    throw new Error(
      `The server holds a run with other input (${state.dataset}). Empty it first: headrace reset --yes, and remove ${path}; or choose another --data-dir.`,
    )
  }
  return {
    get state() {
      return state
    },
    async update(change) {
      state = { ...state, ...change }
      await mkdir(dirname(path), { recursive: true })
      await writeFile(`${path}.new`, JSON.stringify(state))
      await rename(`${path}.new`, path)
    },
  }
}

async function read(path: string): Promise<JournalState | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as JournalState
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return undefined
    throw error
  }
}
