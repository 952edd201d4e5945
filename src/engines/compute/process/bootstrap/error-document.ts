/** Lambda's error document for Node (AWS docs: "Errors and retries in Lambda", Node runtime). */
export interface ErrorDocument {
  readonly errorType: string
  readonly errorMessage: string
  readonly trace: ReadonlyArray<string>
}

/** An error of the runtime itself, with the name that Lambda gives it. */
export class RuntimeError extends Error {
  constructor(name: string, message: string) {
    super(message)
    this.name = name
  }
}

export function errorDocument(error: unknown, errorType?: string): ErrorDocument {
  if (!(error instanceof Error)) {
    // AWS: a thrown string is its own message (errorType is the type of the value).
    return { errorType: errorType ?? typeof error, errorMessage: String(error), trace: [] }
  }
  const name = error.name || 'Error'
  return {
    errorType: errorType ?? name,
    // AWS: with a type of its own, the message carries the error's own name.
    errorMessage: errorType ? `${name}: ${error.message}` : error.message,
    trace: (error.stack ?? `${name}: ${error.message}`).split('\n').filter(isOfFunction),
  }
}

/** A user looks for his own code: where we called it from tells him nothing. */
function isOfFunction(line: string): boolean {
  return !line.includes(import.meta.url) && !line.includes('node:internal/process/task_queues')
}
