import { invalidInput } from '../catalog-errors.ts'

const LENGTH_MAX = 1024

/**
 * Glue's glob patterns (AWS Glue Developer Guide, "Include and exclude patterns"): `*` within a
 * folder, `**` over folders, `?` one character, `[a-c]` and `[!a]` one of them, `{a,b}`
 * alternatives, `\` takes the next character as it is. Throws `InvalidInputException` for one
 * without an end.
 */
export function globPattern(glob: string): RegExp {
  if (glob.length > LENGTH_MAX) throw invalidInput(`The pattern ${glob.slice(0, 80)}… is too long`)
  let source = ''
  let braces = 0
  for (let at = 0; at < glob.length; at++) {
    const letter = glob[at] ?? ''
    if (letter === '*') {
      const doubled = glob[at + 1] === '*'
      // Runs of stars are one star: they would cost time without end.
      while (glob[at + 1] === '*') at++
      source += doubled ? '.*' : '[^/]*'
    } else if (letter === '[') {
      const end = glob.indexOf(']', at + 2)
      if (end < 0) throw invalidInput(`The pattern ${glob} has a bracket without an end`)
      source += characterClass(glob.slice(at + 1, end))
      at = end
    } else if (letter === '{') {
      braces++
      source += '(?:'
    } else if (letter === '}' && braces > 0) {
      braces--
      source += ')'
    } else if (letter === ',' && braces > 0) source += '|'
    else if (letter === '?') source += '[^/]'
    else if (letter === '\\') source += escaped(glob[++at] ?? '')
    else source += escaped(letter)
  }
  if (braces > 0) throw invalidInput(`The pattern ${glob} has a brace without an end`)
  return new RegExp(`^${source}$`, 'su')
}

function characterClass(body: string): string {
  const negated = body.startsWith('!') || body.startsWith('^')
  const members = (negated ? body.slice(1) : body).replace(/[\\\]^[&]/g, '\\$&')
  try {
    const built = `[${negated ? '^/' : ''}${members}]`
    return new RegExp(built, 'u').source
  } catch {
    throw invalidInput(`The pattern [${body}] cannot be read`)
  }
}

const escaped = (letter: string) => letter.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
