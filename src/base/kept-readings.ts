/**
 * Reads each text once and not with every use: what `read` makes of it is kept, of as many texts as
 * `max` says; the oldest are forgotten. What `read` throws is not kept.
 */
export function keepReadings<T>(read: (text: string) => T, max: number): (text: string) => T {
  const kept = new Map<string, T>()
  return (text) => {
    const known = kept.get(text)
    if (known !== undefined) return known
    const made = read(text)
    const [oldest] = kept.keys()
    if (kept.size >= max && oldest !== undefined) kept.delete(oldest)
    kept.set(text, made)
    return made
  }
}
