import { Readable } from 'node:stream'
import { ServiceError } from '../../base/errors.ts'
import { incompleteBody } from '../aws-chunked.ts'
import { idle } from '../body.ts'
import type { Exchange } from '../exchange.ts'
import { serverLimits } from '../limits.ts'
import { createMultipartReader } from './multipart.ts'

/** A web form up to its file; fields behind the file are nobody's business, as on AWS. */
export interface Form {
  /** By name in lower case; of one that comes twice, the last. */
  readonly fields: ReadonlyMap<string, string>
  readonly file: FormFile | undefined
}

export interface FormFile {
  readonly filename: string
  /** Ends when the whole form has come, and fails when it was not well-formed to its end. */
  readonly stream: Readable
}

/** Resolves when the file begins. The form is read no faster than its file is taken. */
export function readForm(exchange: Exchange, boundary: string): Promise<Form> {
  return new Promise((resolve, reject) => {
    const { body } = exchange
    const fields = new Map<string, string>()
    let fieldBytes = 0
    let field: { readonly name: string; readonly parts: Buffer[] } | undefined
    let file: FileStream | undefined
    let over = false

    const fail = (error: unknown) => {
      if (over) return
      over = true
      if (file) file.stream.destroy(error as Error)
      else reject(error as Error)
    }
    const countField = (bytes: number) => {
      fieldBytes += bytes
      if (fieldBytes > serverLimits.formFieldsSizeMax) throw fieldsTooLarge()
    }
    const reader = createMultipartReader(boundary, {
      part({ name = '', filename }) {
        if (file) return
        countField(name.length)
        if (name.toLowerCase() !== 'file') {
          field = { name: name.toLowerCase(), parts: [] }
          return
        }
        file = createFileStream(() => void body?.resume())
        resolve({ fields, file: { filename: filename ?? '', stream: file.stream } })
      },
      data(bytes) {
        if (file?.isOpen) {
          if (!file.push(bytes)) body?.pause()
        } else if (field) {
          countField(bytes.length)
          field.parts.push(Buffer.from(bytes))
        }
      },
      partEnd() {
        if (file) file.isOpen = false
        if (field) fields.set(field.name, Buffer.concat(field.parts).toString('utf8'))
        field = undefined
      },
    })
    const onEnd = () => {
      if (over) return
      try {
        reader.end()
        over = true
        if (file) file.stream.push(null)
        else resolve({ fields, file })
      } catch (error) {
        fail(error)
      }
    }
    if (!body) return onEnd()
    exchange.askForBody()
    exchange.onIdle(() => fail(idle()))
    body.on('data', (chunk: Buffer) => {
      if (over) return
      try {
        reader.write(chunk)
      } catch (error) {
        fail(error)
      }
    })
    body.on('end', onEnd)
    body.on('error', () => fail(incompleteBody()))
    body.on('close', () => fail(incompleteBody()))
  })
}

interface FileStream {
  readonly stream: Readable
  /** Whether bytes of the form are the file's. */
  isOpen: boolean
  /** False: enough for now. */
  push(bytes: Buffer): boolean
}

function createFileStream(resume: () => void): FileStream {
  const stream = new Readable({ read: resume })
  // Whoever reads it hears of its failure; when nobody does, the request has failed already.
  stream.on('error', () => undefined)
  return {
    stream,
    isOpen: true,
    push: (bytes) => stream.destroyed || stream.push(bytes),
  }
}

function fieldsTooLarge(): ServiceError {
  return new ServiceError(
    'MaxPostPreDataLengthExceeded',
    'Your POST request fields preceeding the upload file was too large.',
  )
}
