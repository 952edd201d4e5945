import fc from 'fast-check'
import { zipSync } from 'fflate'
import { expect, test } from 'vitest'
import { readCodeArchive } from './code-archive.ts'

const zip = (files: Parameters<typeof zipSync>[0]) => Buffer.from(zipSync(files))
const text = (content: string) => new TextEncoder().encode(content)

async function unpack(archive: Buffer) {
  const files: Record<string, { text: string; executable: boolean }> = {}
  for await (const { path, bytes, executable } of readCodeArchive(archive).files()) {
    files[path] = { text: Buffer.from(bytes).toString(), executable }
  }
  return files
}

const refused = async (archive: Buffer) => {
  try {
    await unpack(archive)
  } catch (error) {
    return error
  }
  return undefined
}
const couldNotUnzip = expect.objectContaining({
  code: 'InvalidParameterValueException',
  message: expect.stringContaining('Could not unzip uploaded file'),
})

test('files come back with their bytes, whatever the compression', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(fc.stringMatching(/^[a-z]{1,8}(\/[a-z]{1,8})?x$/), fc.string(), { minKeys: 1 }),
      fc.constantFrom(0 as const, 9 as const),
      async (files, level) => {
        const input = Object.entries(files).map(([path, content]) => [
          path,
          [text(content), { level }],
        ])
        const found = await unpack(zip(Object.fromEntries(input)))
        expect(
          Object.fromEntries(Object.entries(found).map(([path, file]) => [path, file.text])),
        ).toEqual({ ...files })
      },
    ),
    { seed: 3, numRuns: 100 },
  )
})

test('programs stay programs, directories are left out', async () => {
  const archive = zip({
    'bin/': new Uint8Array(),
    'bin/run': [text('#!'), { os: 3, attrs: 0o100755 << 16 }],
    'data.txt': [text('x'), { os: 3, attrs: 0o100644 << 16 }],
  })
  expect(await unpack(archive)).toEqual({
    'bin/run': { text: '#!', executable: true },
    'data.txt': { text: 'x', executable: false },
  })
})

test('a link to a file of the archive is that file, any other link is refused', async () => {
  const link = (to: string) => [text(to), { os: 3, attrs: 0o120777 << 16 }] as const
  const archive = (to: string) => zip({ 'a/real': text('real'), 'b/link': [...link(to)] })
  expect((await unpack(archive('../a/real')))['b/link']?.text).toBe('real')
  expect(String(await refused(archive('/etc/passwd')))).toContain('symbolic link')
  expect(String(await refused(archive('../a')))).toContain('symbolic link')
})

test.each(['../out', 'a/../../out', '/etc/out'])('the path %s is refused', async (path) => {
  expect(await refused(zip({ [path]: text('x') }))).toEqual(couldNotUnzip)
})

test('what is no zip, or torn anywhere, is refused and nothing else happens', async () => {
  const whole = zip({ 'index.js': text('exports.handler = 1'.repeat(100)) })
  expect(await refused(Buffer.from('no zip'))).toEqual(couldNotUnzip)
  expect(await refused(Buffer.alloc(0))).toEqual(couldNotUnzip)
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: whole.length - 1 }),
      fc.integer({ min: 1, max: 255 }),
      async (at, change) => {
        const torn = Buffer.from(whole)
        torn[at] = (torn[at] ?? 0) ^ change
        const error = await refused(torn)
        if (error !== undefined) {
          expect(error).toEqual(expect.objectContaining({ code: 'InvalidParameterValueException' }))
        }
        const cut = await refused(whole.subarray(0, at))
        expect(cut).toEqual(expect.objectContaining({ code: 'InvalidParameterValueException' }))
      },
    ),
    { seed: 5, numRuns: 300 },
  )
})

test('more than 250 MB unpacked is refused before anything is unpacked', async () => {
  const archive = zip({ a: text('x') })
  const entry = archive.indexOf(Buffer.from([0x50, 0x4b, 0x01, 0x02]))
  archive.writeUInt32LE(262_144_001, entry + 24)
  expect(String(await refused(archive))).toContain('Unzipped size must be smaller than 262144000')
  archive.writeUInt32LE(262_144_000, entry + 24)
  expect(await refused(archive)).toEqual(couldNotUnzip)
})
