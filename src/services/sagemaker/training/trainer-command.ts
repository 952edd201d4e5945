import type { ComputeEngine } from '../../../engines/compute/port.ts'

/** The program that trains, without its last argument, the path of the spec. */
export interface TrainerCommand {
  readonly command: string
  readonly arguments: ReadonlyArray<string>
  readonly environment: Readonly<Record<string, string>>
}

/**
 * XGBoost itself where the machine's Python has it; else the trainer of Headrace, which writes the
 * same model format. The log of each job says which one it was.
 */
export function createTrainerFinder(deps: {
  readonly compute: ComputeEngine
  readonly node: string
  readonly childPath: string
  readonly pythonDirectory: string
}): () => Promise<TrainerCommand> {
  const own: TrainerCommand = { command: deps.node, arguments: [deps.childPath], environment: {} }
  let found: Promise<TrainerCommand> | undefined

  async function find(): Promise<TrainerCommand> {
    const { python } = deps.compute.capabilities
    if (!python) return own
    const probe = await deps.compute.start({
      name: 'looking for XGBoost',
      command: python.path,
      arguments: ['-c', 'import xgboost'],
      directory: deps.pythonDirectory,
      environment: {},
      timeoutMs: 20_000,
      onLog: () => undefined,
    })
    const ended = await probe.ended
    if (ended.kind !== 'exited' || ended.code !== 0) return own
    return {
      command: python.path,
      arguments: ['-m', 'headrace_training'],
      // A spinning thread pool on a busy machine costs eight times the work itself.
      environment: {
        PYTHONPATH: deps.pythonDirectory,
        OMP_WAIT_POLICY: 'passive',
        OMP_NUM_THREADS: '1',
      },
    }
  }

  return () => {
    found ??= find()
    return found
  }
}
