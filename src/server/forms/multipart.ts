import { ServiceError } from '../../base/errors.ts'
import { serverLimits } from '../limits.ts'

/** What is found in a `multipart/form-data` body (RFC 7578), as it comes. */
export interface PartSink {
  /** A part begins. */
  part(head: PartHead): void
  /** Bytes of the part; never kept by the reader. */
  data(bytes: Buffer): void
  partEnd(): void
}

export interface PartHead {
  readonly name: string | undefined
  readonly filename: string | undefined
}

/** Reads a body of any length with the memory of one chunk. Throws `MalformedPOSTRequest`. */
export interface MultipartReader {
  write(chunk: Buffer): void
  /** To be called when the body has ended: it has to end with the closing delimiter. */
  end(): void
}

type State = 'preamble' | 'delimiter' | 'head' | 'data' | 'epilogue'

export function createMultipartReader(boundary: string, sink: PartSink): MultipartReader {
  const delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1')
  // The first delimiter has no line before it when there is no preamble.
  let rest: Buffer = Buffer.from('\r\n')
  let state: State = 'preamble'

  /** True when there may be more to read in what is left. */
  function step(): boolean {
    switch (state) {
      case 'preamble':
      case 'data':
        return readTo(state)
      case 'delimiter':
        return readDelimiterEnd()
      case 'head':
        return readHead()
      case 'epilogue':
        rest = Buffer.alloc(0)
        return false
    }
  }

  function readTo(from: 'preamble' | 'data'): boolean {
    const found = rest.indexOf(delimiter)
    // What may be the beginning of a delimiter waits for the next chunk.
    const end = found < 0 ? Math.max(0, rest.length - delimiter.length + 1) : found
    if (from === 'data' && end > 0) sink.data(rest.subarray(0, end))
    rest = rest.subarray(found < 0 ? end : end + delimiter.length)
    if (found < 0) return false
    if (from === 'data') sink.partEnd()
    state = 'delimiter'
    return true
  }

  function readDelimiterEnd(): boolean {
    if (rest.length < 2) return false
    if (rest[0] === 0x2d && rest[1] === 0x2d) {
      state = 'epilogue'
      return true
    }
    const end = rest.indexOf('\r\n')
    const padding = rest.subarray(0, end < 0 ? rest.length : end)
    if (padding.length > serverLimits.partHeadSizeMax) throw malformedForm()
    if (/[^ \t\r]/.test(padding.toString('latin1'))) throw malformedForm()
    if (end < 0) return false
    // The line end stays: a part without a head is `\r\n\r\n` as well.
    rest = rest.subarray(end)
    state = 'head'
    return true
  }

  function readHead(): boolean {
    const end = rest.indexOf('\r\n\r\n')
    if ((end < 0 ? rest.length : end) > serverLimits.partHeadSizeMax) throw malformedForm()
    if (end < 0) return false
    sink.part(parseHead(rest.subarray(0, end).toString('utf8')))
    rest = rest.subarray(end + 4)
    state = 'data'
    return true
  }

  return {
    write(chunk) {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      while (step());
    },
    end() {
      if (state !== 'epilogue') throw malformedForm()
    },
  }
}

/** The boundary that a content type names; undefined: it is no form with files. */
export function boundaryOf(contentType: string): string | undefined {
  if (!/^multipart\/form-data\s*(;|$)/i.test(contentType)) return undefined
  const found = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;,"]{1,70}))/i.exec(contentType)
  return found?.[1] ?? found?.[2]
}

export function malformedForm(): ServiceError {
  return new ServiceError(
    'MalformedPOSTRequest',
    'The body of your POST request is not well-formed multipart/form-data.',
  )
}

function parseHead(head: string): PartHead {
  const line = head.split('\r\n').find((one) => /^content-disposition\s*:/i.test(one)) ?? ''
  return { name: parameterOf(line, 'name'), filename: parameterOf(line, 'filename') }
}

/** Browsers write `"` as `%22`, others with a backslash before it. */
function parameterOf(line: string, name: string): string | undefined {
  const found = new RegExp(`;\\s*${name}=(?:"((?:\\\\.|[^"\\\\])*)"|([^;\\s]*))`, 'i').exec(line)
  const quoted = found?.[1]?.replace(/\\(["\\])/g, '$1').replaceAll('%22', '"')
  return quoted ?? found?.[2]
}
