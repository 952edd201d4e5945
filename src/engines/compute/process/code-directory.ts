import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, isAbsolute, join, normalize, sep } from 'node:path'
import { EngineError } from '../../../base/errors.ts'
import type { Random } from '../../../base/random.ts'
import type { CodeFile } from '../port.ts'

/** Unpacked code of functions, one directory a `codeId`. */
export interface CodeDirectory {
  install(codeId: string, files: () => AsyncIterable<CodeFile>): Promise<string>
  remove(codeId: string): Promise<void>
}

/** `directory` is there and empty. */
export function createCodeDirectory(directory: string, random: Random): CodeDirectory {
  const installed = new Map<string, Promise<string>>()

  async function unpack(codeId: string, files: () => AsyncIterable<CodeFile>): Promise<string> {
    const draft = join(directory, `draft-${random.bytes(12).toString('hex')}`)
    const final = join(directory, codeId)
    await mkdir(draft)
    try {
      for await (const file of files()) await writeCode(draft, file)
      await rename(draft, final)
    } catch (error) {
      await rm(draft, { recursive: true, force: true })
      throw error
    }
    return final
  }

  return {
    install(codeId, files) {
      if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/.test(codeId)) {
        return Promise.reject(new EngineError('invalid', `'${codeId}' cannot name a directory`))
      }
      const known = installed.get(codeId)
      if (known !== undefined) return known
      const unpacking = unpack(codeId, files)
      installed.set(codeId, unpacking)
      unpacking.catch(() => installed.delete(codeId))
      return unpacking
    },
    async remove(codeId) {
      const known = installed.get(codeId)
      if (known === undefined) return
      installed.delete(codeId)
      // An install that is under way is waited for; when it failed there is nothing to remove.
      const path = await known.catch(() => undefined)
      if (path === undefined) return
      const grave = join(directory, `grave-${random.bytes(12).toString('hex')}`)
      await rename(path, grave)
      await rm(grave, { recursive: true, force: true })
    },
  }
}

async function writeCode(root: string, file: CodeFile): Promise<void> {
  const path = normalize(join(root, file.path))
  const leadsOut = !path.startsWith(root + sep) || isAbsolute(file.path)
  if (leadsOut || file.path.includes('\0')) {
    throw new EngineError('invalid', `'${file.path}' leads out of the code's directory`)
  }
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, file.bytes)
  await chmod(path, file.executable ? 0o555 : 0o444)
}
