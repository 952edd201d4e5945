import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunningHeadrace } from '../support/headrace.ts'
import { startHeadrace } from '../support/headrace.ts'

/** As many as the tree of `aws s3 sync`, unless a machine has more time than that. */
const FILES = Number(process.env['HEADRACE_TEST_SYNC_FILES'] ?? 2_000)

const directory = mkdtempSync(join(tmpdir(), 'headrace-tools-'))
const tree = join(directory, 'tree')
const large = join(directory, 'large.bin')
let server: RunningHeadrace

beforeAll(async () => {
  server = await startHeadrace()
  for (let index = 0; index < FILES; index++) {
    const path = join(tree, `year=2026/month=${index % 12}`, `part ${index} ä+&.txt`)
    if (index < 12) mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, 'x'.repeat(index % 300))
  }
  writeFileSync(large, Buffer.alloc(30_000_000, 'headrace'))
})
afterAll(async () => {
  expect(await server?.stop()).toBe(0)
  rmSync(directory, { recursive: true, force: true })
})

function environment(): NodeJS.ProcessEnv {
  // A bundle of certificates is for other servers, and rclone does not start with one.
  const { AWS_CA_BUNDLE: _bundle, ...rest } = process.env
  return {
    ...rest,
    AWS_ENDPOINT_URL: server.endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_PAGER: '',
  }
}

/** Answers what the tool printed, or throws what it complained of. */
function run(command: string, args: ReadonlyArray<string>): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: directory, env: environment() })
    let output = ''
    let problems = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
    })
    child.stderr.on('data', (chunk) => {
      problems += chunk
    })
    child.on('error', reject)
    child.on('close', (code) =>
      code === 0 ? resolve(output) : reject(new Error(`${command} ${args.join(' ')}: ${problems}`)),
    )
  })
}

function expectSame(one: string, other: string): void {
  const { stdout, stderr } = spawnSync('diff', ['-r', one, other])
  expect(`${stdout}${stderr}`).toBe('')
}

function isThere(command: string, args: ReadonlyArray<string>): boolean {
  const found = spawnSync(command, args).status === 0
  if (!found)
    console.warn(`skipped, for there is no ${command} (Debian: apt-get install ${command})`)
  return found
}

test.runIf(isThere('aws', ['--version']))('aws s3 sync takes a tree there and back', async () => {
  await run('aws', ['s3', 'mb', 's3://tree'])
  await run('aws', ['s3', 'sync', tree, 's3://tree', '--quiet'])
  await run('aws', ['s3', 'sync', 's3://tree', join(directory, 'synced'), '--quiet'])
  expectSame(tree, join(directory, 'synced'))
  expect(await run('aws', ['s3', 'sync', tree, 's3://tree', '--dryrun', '--size-only'])).toBe('')
})

describe.runIf(isThere('rclone', ['version']))('rclone', () => {
  const config = join(directory, 'rclone.conf')
  const rclone = (...args: string[]) => run('rclone', ['--config', config, ...args])

  test('copies, checks, moves and purges', async () => {
    const { endpoint } = server
    writeFileSync(
      config,
      `[h]\ntype = s3\nprovider = Other\nenv_auth = true\nendpoint = ${endpoint}\n`,
    )
    await rclone('mkdir', 'h:clone')
    await rclone('copy', join(tree, 'year=2026/month=3'), 'h:clone/month')
    await rclone('copy', large, 'h:clone/')
    await rclone('check', join(tree, 'year=2026/month=3'), 'h:clone/month')
    await rclone('moveto', 'h:clone/large.bin', 'h:clone/moved.bin')
    await rclone('copyto', 'h:clone/moved.bin', 'moved.bin')
    expect(readFileSync(join(directory, 'moved.bin')).equals(readFileSync(large))).toBe(true)
    expect(await rclone('lsf', 'h:clone')).toBe('month/\nmoved.bin\n')
    await rclone('purge', 'h:clone')
    expect(await rclone('lsd', 'h:')).not.toContain('clone')
  })
})

describe.runIf(isThere('s3cmd', ['--version']))('s3cmd', () => {
  const s3cmd = (...args: string[]) => {
    const { host } = new URL(server.endpoint)
    const keys = ['-c', '/dev/null', '--access_key=test', '--secret_key=test', '--no-ssl']
    return run('s3cmd', [...keys, `--host=${host}`, `--host-bucket=${host}`, ...args])
  }

  test('puts, gets, syncs, copies, moves and removes', async () => {
    await s3cmd('mb', 's3://command')
    await s3cmd('put', large, 's3://command/a/large.bin')
    await s3cmd('get', 's3://command/a/large.bin', join(directory, 'got.bin'))
    expect(readFileSync(join(directory, 'got.bin')).equals(readFileSync(large))).toBe(true)
    await s3cmd('sync', `${join(tree, 'year=2026/month=1')}/`, 's3://command/month/')
    await s3cmd('sync', 's3://command/month/', `${join(directory, 'month')}/`)
    expectSame(join(tree, 'year=2026/month=1'), join(directory, 'month'))
    expect(await s3cmd('info', 's3://command/a/large.bin')).toMatch(/File size: 30000000/)
    await s3cmd('cp', 's3://command/a/large.bin', 's3://command/b.bin')
    await s3cmd('mv', 's3://command/b.bin', 's3://command/c.bin')
    expect(await s3cmd('ls', 's3://command')).toMatch(/DIR.*a\/[\s\S]*c\.bin/)
    await s3cmd('rb', '-r', '-f', 's3://command')
  })
})

const canMount = existsSync('/dev/fuse') && process.getuid?.() === 0
describe.runIf(canMount && isThere('s3fs', ['--version']))('s3fs', () => {
  test('a bucket is a directory', async () => {
    const client = new S3Client({
      endpoint: server.endpoint,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    })
    await client.send(new CreateBucketCommand({ Bucket: 'mounted' }))
    await client.send(new PutObjectCommand({ Bucket: 'mounted', Key: 'there', Body: 'before' }))
    const mount = join(directory, 'mount')
    mkdirSync(mount)
    writeFileSync(join(directory, 'key'), 'test:test', { mode: 0o600 })
    const options = `url=${server.endpoint},use_path_request_style,passwd_file=${directory}/key`
    await run('s3fs', ['mounted', mount, '-o', options])
    try {
      expect(readFileSync(join(mount, 'there'), 'utf8')).toBe('before')
      await run('cp', [large, mount])
      await run('mkdir', [join(mount, 'x')])
      writeFileSync(join(mount, 'x/y'), 'hello')
      await run('mv', [join(mount, 'x/y'), join(mount, 'z')])
      expect(readFileSync(join(mount, 'z'), 'utf8')).toBe('hello')
      await run('cmp', [large, join(mount, 'large.bin')])
    } finally {
      spawnSync('umount', [mount])
    }
  })
})
