import { setMaxListeners } from 'node:events'

/** A part of some work that may be given up before the whole is. */
export interface ChildAbort {
  /** Aborts with the parent, or when `end` is called. */
  readonly signal: AbortSignal
  /** Aborts the part and lets go of the parent: to be called in any case, however the part ended. */
  end(): void
}

/**
 * In place of `AbortSignal.any` where the parent lives long: that leaves something behind in the
 * parent at every call, until the parent itself goes.
 */
export function createChildAbort(parent: AbortSignal): ChildAbort {
  const controller = createAbort()
  const end = () => {
    parent.removeEventListener('abort', end)
    controller.abort()
  }
  if (parent.aborted) controller.abort()
  else parent.addEventListener('abort', end)
  return { signal: controller.signal, end }
}

/** A controller whose signal may have any number of listeners: as many as it has loops below it. */
export function createAbort(): AbortController {
  const controller = new AbortController()
  setMaxListeners(0, controller.signal)
  return controller
}
