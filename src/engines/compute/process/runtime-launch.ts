import { join } from 'node:path'
import type { FunctionSpec } from '../port.ts'
import type { Interpreters } from './interpreters.ts'

/** How an instance of a runtime is started. */
export interface RuntimeLaunch {
  readonly command: string
  readonly arguments: ReadonlyArray<string>
  readonly environment: Readonly<Record<string, string>>
  /** What really runs, for the function's log. */
  readonly title: string
  readonly ownPort: boolean
}

/** One Node and one Python serve all their versions; the log says which one it is. */
const NODE_RUNTIMES = ['nodejs18.x', 'nodejs20.x', 'nodejs22.x', 'nodejs24.x']
const PYTHON_RUNTIMES = ['python3.9', 'python3.10', 'python3.11', 'python3.12', 'python3.13']
/** An executable `bootstrap` in the code, of this machine's kind. */
const CUSTOM_RUNTIMES = ['provided.al2', 'provided.al2023']

/** Of the memory of a Node function, what its heap may take before V8 gives up. */
const HEAP_SHARE = 0.85

export function runtimeNames(interpreters: Interpreters): ReadonlyArray<string> {
  return [...NODE_RUNTIMES, ...(interpreters.python ? PYTHON_RUNTIMES : []), ...CUSTOM_RUNTIMES]
}

export function launchOf(
  interpreters: Interpreters,
  paths: { readonly nodeBootstrap: string; readonly pythonDirectory: string },
  spec: FunctionSpec,
): RuntimeLaunch {
  const { node, python } = interpreters
  if (CUSTOM_RUNTIMES.includes(spec.runtime)) {
    return {
      command: join(spec.codeDirectory, 'bootstrap'),
      arguments: [],
      environment: { LAMBDA_RUNTIME_DIR: spec.codeDirectory },
      title: `custom runtime (${spec.runtime})`,
      ownPort: true,
    }
  }
  if (python && PYTHON_RUNTIMES.includes(spec.runtime)) {
    const runtime = join(paths.pythonDirectory, 'headrace_runtime')
    return {
      command: python.path,
      arguments: [join(runtime, 'bootstrap.py')],
      environment: { LAMBDA_RUNTIME_DIR: runtime },
      title: `python ${python.version}`,
      ownPort: false,
    }
  }
  const heapMegabytes = Math.floor((spec.memoryBytes / 1024 ** 2) * HEAP_SHARE)
  return {
    command: node.path,
    arguments: [`--max-old-space-size=${heapMegabytes}`, paths.nodeBootstrap],
    environment: { LAMBDA_RUNTIME_DIR: join(paths.nodeBootstrap, '..') },
    title: `node ${node.version.replace(/^v/, '')}`,
    ownPort: false,
  }
}
