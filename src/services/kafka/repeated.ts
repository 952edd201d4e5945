/** Those of the texts that are there more than once; in time that grows with their number only. */
export function repeatedOf(texts: Iterable<string>): ReadonlySet<string> {
  const seen = new Set<string>()
  const repeated = new Set<string>()
  for (const text of texts) {
    if (seen.has(text)) repeated.add(text)
    else seen.add(text)
  }
  return repeated
}
