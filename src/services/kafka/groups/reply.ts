/** Where the answer to a request goes, now or after others have come. Only the first call counts. */
export interface Reply<T> {
  answer(value: T): void
  fail(error: unknown): void
}
