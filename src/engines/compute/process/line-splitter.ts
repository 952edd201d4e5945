import { StringDecoder } from 'node:string_decoder'

/** Splits output into lines; a line longer than the limit comes in pieces. */
export interface LineSplitter {
  push(chunk: Buffer): string[]
  /** What stands behind the last line break. */
  end(): string[]
}

export function createLineSplitter(lineMaxCharacters: number): LineSplitter {
  const decoder = new StringDecoder('utf8')
  let open = ''

  function cut(): string[] {
    const lines: string[] = []
    let from = 0
    for (;;) {
      const lineEnd = open.indexOf('\n', from)
      const pieceEnd = from + lineMaxCharacters
      if (lineEnd >= 0 && lineEnd <= pieceEnd) {
        lines.push(open.slice(from, lineEnd))
        from = lineEnd + 1
      } else if (open.length > pieceEnd) {
        lines.push(open.slice(from, pieceEnd))
        from = pieceEnd
      } else break
    }
    open = open.slice(from)
    return lines
  }

  return {
    push(chunk) {
      open += decoder.write(chunk)
      return cut()
    },
    end() {
      open += decoder.end()
      const lines = cut()
      if (open !== '') lines.push(open)
      open = ''
      return lines
    },
  }
}
