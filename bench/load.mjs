// Load from a process of its own: requests made beforehand, over keep-alive HTTP/1.1 connections that
// send one after the other. Over IPC: a plan in, `{ seconds }` or `{ problem }` out.
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'

function load({ port, connections, count, requests }) {
  const messages = requests.map(({ head, bodyPath }) => ({
    head: Buffer.from(head, 'latin1'),
    body: bodyPath === undefined ? undefined : readFileSync(bodyPath),
  }))
  let next = 0
  const started = process.hrtime.bigint()
  const all = Array.from({ length: connections }, () => drive(port, () => messages[takeTurn()]))
  return Promise.all(all).then(() => Number(process.hrtime.bigint() - started) / 1e9)

  function takeTurn() {
    return next < count ? next++ % messages.length : -1
  }
}

/** Sends what `take` gives, one behind the other, until it gives nothing. */
function drive(port, take) {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    let head = ''
    let left = -1
    const fail = (problem) => {
      socket.destroy()
      reject(new Error(problem))
    }
    const send = () => {
      const message = take()
      if (message === undefined) {
        socket.removeAllListeners('close')
        socket.end()
        resolve()
        return
      }
      socket.cork()
      socket.write(message.head)
      if (message.body) socket.write(message.body)
      socket.uncork()
    }
    const onHead = (bytes) => {
      head += bytes.toString('latin1')
      const end = head.indexOf('\r\n\r\n')
      if (end < 0) return
      const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
      if (!/^HTTP\/1\.1 200 /.test(head) || length === undefined) return fail(head)
      left = Number(length) - (head.length - end - 4)
    }
    socket.on('connect', send)
    socket.on('error', (error) => fail(error.message))
    socket.on('close', () => fail(`the server closed the connection: ${head}`))
    socket.on('data', (bytes) => {
      if (left < 0) onHead(bytes)
      else left -= bytes.length
      if (left !== 0) return
      head = ''
      left = -1
      send()
    })
  })
}

process.on('message', (plan) => {
  load(plan).then(
    (seconds) => process.send({ seconds }),
    (error) => process.send({ problem: error.message }),
  )
})
