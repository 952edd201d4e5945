import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * What goes wrong with a request: nothing is done and the connection breaks (`refuse`), or the answer
 * is 503 (`busy`), or all is done and the answer is lost (`forget`), or half of its body (`half`).
 */
export type StoreFault = 'refuse' | 'busy' | 'forget' | 'half' | undefined

export interface StoreCall {
  readonly method: string
  /** Behind the bucket. */
  readonly key: string
  readonly query: URLSearchParams
  readonly accessKeyId: string
}

/** A bucket of S3 in memory, with the operations that blobs need, that fails on order. */
export interface FaultyStore {
  readonly endpoint: string
  readonly blobs: Map<string, Buffer>
  /** Names of uploads by parts that were neither completed nor aborted. */
  unfinished(): ReadonlyArray<string>
  /** Asked for each request. */
  setFault(decide: (call: StoreCall) => StoreFault): void
  readonly calls: StoreCall[]
  stop(): Promise<void>
}

interface Upload {
  readonly key: string
  readonly parts: Map<number, Buffer>
}

interface Answer {
  readonly status: number
  readonly headers?: Record<string, string>
  readonly body?: Buffer | string
}

export async function startFaultyStore(bucket: string): Promise<FaultyStore> {
  const blobs = new Map<string, Buffer>()
  const uploads = new Map<string, Upload>()
  const calls: StoreCall[] = []
  let decide: (call: StoreCall) => StoreFault = () => undefined

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = callOf(request, bucket)
    calls.push(call)
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const fault = decide(call)
    if (fault === 'refuse') return void request.socket.destroy()
    if (fault === 'busy')
      return void response.writeHead(503).end('<Error><Code>SlowDown</Code></Error>')
    const done = perform(call, Buffer.concat(chunks), request.headers, { blobs, uploads })
    if (fault === 'forget') return void request.socket.destroy()
    const body = Buffer.from(done.body ?? '')
    response.writeHead(done.status, { ...done.headers, 'content-length': String(body.length) })
    if (fault !== 'half' || body.length === 0) return void response.end(body)
    response.write(body.subarray(0, body.length >> 1), () => request.socket.destroy())
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => request.socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    blobs,
    calls,
    unfinished: () => [...uploads.values()].map(({ key }) => key),
    setFault(given) {
      decide = given
    },
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function callOf(request: IncomingMessage, bucket: string): StoreCall {
  const url = new URL(request.url ?? '/', 'http://store')
  const [, accessKeyId = ''] = /Credential=([^/]+)/.exec(request.headers.authorization ?? '') ?? []
  const key = url.pathname.slice(bucket.length + 2)
  return { method: request.method ?? '', key, query: url.searchParams, accessKeyId }
}

interface State {
  readonly blobs: Map<string, Buffer>
  readonly uploads: Map<string, Upload>
}

function perform(
  call: StoreCall,
  body: Buffer,
  headers: IncomingMessage['headers'],
  state: State,
): Answer {
  const { method, key, query } = call
  if (key === '') return performOnBucket(call, body, state)
  const upload = query.get('uploadId')
  if (query.has('uploads') || upload) return performOnUpload(call, body, state)
  if (method === 'PUT') {
    state.blobs.set(key, body)
    return { status: 200 }
  }
  if (method === 'DELETE') {
    state.blobs.delete(key)
    return { status: 204 }
  }
  const blob = state.blobs.get(key)
  if (!blob) return failure(404, 'NoSuchKey')
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? []
  if (first === undefined) return { status: 200, body: blob }
  if (Number(first) >= blob.length) return failure(416, 'InvalidRange')
  return { status: 206, body: blob.subarray(Number(first), Number(last) + 1) }
}

function performOnBucket({ query }: StoreCall, body: Buffer, { blobs, uploads }: State): Answer {
  if (query.has('delete')) {
    for (const [, key = ''] of String(body).matchAll(/<Key>([^<]*)<\/Key>/g)) blobs.delete(key)
    return { status: 200, body: '<DeleteResult/>' }
  }
  const below = (key: string) => key.startsWith(query.get('prefix') ?? '')
  if (query.has('uploads')) {
    const found = [...uploads].filter(([, { key }]) => below(key))
    const list = found.map(
      ([id, { key }]) => `<Upload><Key>${key}</Key><UploadId>${id}</UploadId></Upload>`,
    )
    return {
      status: 200,
      body: `<ListMultipartUploadsResult>${list.join('')}</ListMultipartUploadsResult>`,
    }
  }
  const list = [...blobs.keys()]
    .filter(below)
    .map((key) => `<Contents><Key>${key}</Key></Contents>`)
  return { status: 200, body: `<ListBucketResult>${list.join('')}</ListBucketResult>` }
}

function performOnUpload({ method, key, query }: StoreCall, body: Buffer, state: State): Answer {
  const { blobs, uploads } = state
  if (query.has('uploads')) {
    const id = `upload-${key}-${uploads.size}-${blobs.size}`
    uploads.set(id, { key, parts: new Map() })
    return {
      status: 200,
      body: `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
    }
  }
  const id = query.get('uploadId') ?? ''
  const upload = uploads.get(id)
  if (!upload) return failure(404, 'NoSuchUpload')
  if (method === 'PUT') {
    upload.parts.set(Number(query.get('partNumber')), body)
    const etag = createHash('md5').update(body).digest('hex')
    return { status: 200, headers: { etag: `"${etag}"` } }
  }
  uploads.delete(id)
  if (method === 'DELETE') return { status: 204 }
  const parts = [...upload.parts].sort(([a], [b]) => a - b).map(([, bytes]) => bytes)
  blobs.set(key, Buffer.concat(parts))
  return { status: 200, body: '<CompleteMultipartUploadResult/>' }
}

function failure(status: number, code: string): Answer {
  return { status, body: `<Error><Code>${code}</Code></Error>` }
}
