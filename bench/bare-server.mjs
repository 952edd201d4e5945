// What the measured requests cost when nothing is promised: `node:http`, the bodies read, parsed or
// written to a file, checked by nobody; synced only where the kind says so. Plain JavaScript: it runs without a loader.
//   node bench/bare-server.mjs <directory>
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, readFileSync, statSync } from 'node:fs'
import { open, rename, unlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'

const directory = process.argv[2]

async function readBody(request) {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function store(request, path, algorithms) {
  const hashes = algorithms.map((algorithm) => createHash(algorithm))
  request.on('data', (chunk) => {
    for (const hash of hashes) hash.update(chunk)
  })
  await pipeline(request, createWriteStream(path))
  for (const hash of hashes) hash.digest('hex')
}

let count = 0

/** What a file costs that survives a crash: its bytes, its name and its place are synced. */
async function storeDurably(request, path, algorithms) {
  const made = `${path}.${count++}`
  await store(request, made, algorithms)
  await sync(made)
  await rename(made, path)
  await sync(directory)
}

async function sync(path) {
  const handle = await open(path)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Appends to one file, synced: what arrives during a sync shares the next one. */
function createAppender(path) {
  const file = open(path, 'a')
  let waiting = []
  let running
  const run = async () => {
    const handle = await file
    while (waiting.length > 0) {
      const group = waiting
      waiting = []
      await handle.appendFile(Buffer.concat(group))
      await handle.datasync()
    }
  }
  return async (bytes) => {
    waiting.push(bytes)
    // Whoever finds a run that is past its last look begins another.
    for (;;) {
      running ??= run().finally(() => {
        running = undefined
      })
      await running
      if (!waiting.includes(bytes)) return
    }
  }
}

const append = createAppender(join(directory, 'appended'))

const filled = []

async function fill(count) {
  for (let number = 0; number < count; number++) {
    const path = join(directory, `filled-${number}`)
    await writeFile(path, Buffer.alloc(1024))
    filled.push(path)
  }
}

async function removeFilled(count) {
  await Promise.all(filled.splice(0, count).map((path) => unlink(path)))
  await sync(directory)
}

const answers = {
  '/read': async (request) => void (await readBody(request)),
  '/json': async (request) => void JSON.parse((await readBody(request)).toString()),
  '/put': (request, path) => store(request, path, []),
  '/put-md5': (request, path) => store(request, path, ['md5']),
  '/put-durable': (request, path) => storeDurably(request, path, ['md5']),
  '/fill': (_request, path) => fill(Number(basename(path))),
  '/remove': async (request, path) => {
    await readBody(request)
    await removeFilled(Number(basename(path)))
  },
  '/append': async (request) => {
    const body = await readBody(request)
    JSON.parse(body.toString())
    await append(body)
  },
  '/put-signed': (request, path) => store(request, path, ['md5', 'sha256']),
}

/** Records of 1 KB as GetRecords tells them, from bytes in memory. */
function recordsOf(bytes) {
  const records = []
  for (let at = 0; at < bytes.length; at += 1024) {
    records.push({
      SequenceNumber: String(
        49590338271490256608559692538361571095921575989136588898n + BigInt(at),
      ),
      ApproximateArrivalTimestamp: 1_700_000_000 + at / 1000,
      Data: bytes.subarray(at, at + 1024).toString('base64'),
      PartitionKey: '0123456789abcdef',
    })
  }
  return records
}

/** Answers that are sent from memory: read once. */
const kept = new Map()

function keptBytes(path) {
  const bytes = kept.get(path) ?? readFileSync(path)
  kept.set(path, bytes)
  return bytes
}

async function answer(request, response) {
  const [, kind, name = ''] = /^(\/[^/]*)\/?(.*)$/.exec(request.url)
  const path = join(directory, basename(name))
  if (kind === '/get') {
    response.writeHead(200, { 'content-length': statSync(path).size })
    return pipeline(createReadStream(path), response)
  }
  if (kind === '/kept') {
    await readBody(request)
    const bytes = keptBytes(path)
    response.writeHead(200, { 'content-length': bytes.length })
    return response.end(bytes)
  }
  if (kind === '/made') {
    await readBody(request)
    const Records = recordsOf(keptBytes(path))
    const text = JSON.stringify({ Records, MillisBehindLatest: 0 })
    response.writeHead(200, { 'content-length': Buffer.byteLength(text) })
    return response.end(text)
  }
  const body = kind === '/cpu' ? JSON.stringify(process.cpuUsage()) : '{}'
  if (kind !== '/cpu') await answers[kind](request, path)
  response.writeHead(200, { 'content-length': body.length })
  response.end(body)
}

const server = createServer((request, response) => {
  answer(request, response).catch((error) => {
    // A client that has all it wanted may go before the last callback.
    if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') process.stderr.write(`${error.stack}\n`)
    response.destroy()
  })
})
server.listen(0, '127.0.0.1', () => process.stdout.write(`ready ${server.address().port}\n`))
