const status = Symbol('status')

/** The same output, answered with another status than the one that the model of the service knows. */
export function withStatus<T extends object>(output: T, code: number): T {
  return { ...output, [status]: code }
}

export function givenStatus(output: object): number | undefined {
  return (output as { readonly [status]?: number })[status]
}
