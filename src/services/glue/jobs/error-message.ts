const LENGTH_MAX = 2000

/**
 * What stands in a failed run's `ErrorMessage`, as Glue has it: the exception that ended the
 * script, without its module (`ValueError: no rows`, `SyntaxError: invalid syntax (job.py, line
 * 3)`).
 */
export function errorMessageOf(stderr: ReadonlyArray<string>, exitCode: number): string {
  const at = exceptionLine(stderr)
  if (at === undefined) return `SystemExit: ${exitCode}`
  const [first = '', ...more] = stderr.slice(at)
  const [, name = '', rest = ''] = /^([\w.]+)(.*)$/s.exec(first) ?? []
  const message = [`${name.split('.').at(-1)}${rest}`, ...more].join('\n').trimEnd()
  return (message.startsWith('SyntaxError') ? message + placeOf(stderr, at) : message).slice(
    0,
    LENGTH_MAX,
  )
}

/** The first line at the margin behind the last traceback. */
function exceptionLine(stderr: ReadonlyArray<string>): number | undefined {
  const starts = stderr.flatMap((line, at) =>
    line.startsWith('Traceback (most recent call last)') || /^ {2}File "/.test(line) ? [at] : [],
  )
  const start = starts.at(-1)
  if (start === undefined) return undefined
  const found = stderr.findIndex((line, at) => at > start && /^[A-Za-z_][\w.]*(:|$)/.test(line))
  return found < 0 ? undefined : found
}

function placeOf(stderr: ReadonlyArray<string>, before: number): string {
  for (let at = before - 1; at >= 0; at--) {
    const [, path, line] = /^ {2}File "([^"]+)", line (\d+)/.exec(stderr[at] ?? '') ?? []
    if (path) return ` (${path.split('/').at(-1)}, line ${line})`
  }
  return ''
}
