import { existsSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { RuntimeError } from './error-document.ts'

export type Handler = (event: unknown, context: unknown, callback: unknown) => unknown

/**
 * Finds `folder/file.exported` (or `file.object.method`) as Lambda does: `file` itself, then with
 * `.js`, `.mjs`, `.cjs`. Both module kinds come through `import()`.
 */
export async function loadHandler(taskRoot: string, name: string): Promise<Handler> {
  const parts = /^([^.]+)\.(.+)$/.exec(basename(name))
  if (!parts || name.includes('..')) {
    throw new RuntimeError('Runtime.MalformedHandlerName', 'Bad handler')
  }
  const [, file = '', exported = ''] = parts
  const stem = resolve(taskRoot, dirname(name), file)
  const path = [stem, `${stem}.js`, `${stem}.mjs`, `${stem}.cjs`].find((one) => existsSync(one))
  if (path === undefined) {
    throw new RuntimeError(
      'Runtime.ImportModuleError',
      `Error: Cannot find module '${file}'\nRequire stack:\n- ${taskRoot}`,
    )
  }
  const module = await importModule(path)
  const handler = memberOf(module, exported) ?? memberOf(module['default'], exported)
  if (handler === undefined) {
    throw new RuntimeError('Runtime.HandlerNotFound', `${name} is undefined or not exported`)
  }
  if (typeof handler !== 'function') {
    throw new RuntimeError('Runtime.HandlerNotFound', `${name} is not a function`)
  }
  return handler as Handler
}

async function importModule(path: string): Promise<Record<string, unknown>> {
  try {
    return await import(pathToFileURL(path).href)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    if (error instanceof SyntaxError) {
      throw new RuntimeError('Runtime.UserCodeSyntaxError', `SyntaxError: ${error.message}`)
    }
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND') {
      throw new RuntimeError('Runtime.ImportModuleError', `Error: ${error.message}`)
    }
    throw error
  }
}

function memberOf(value: unknown, path: string): unknown {
  let current = value
  for (const name of path.split('.')) {
    if (current === null || current === undefined) return undefined
    current = (current as Record<string, unknown>)[name]
  }
  return current
}
