/** A job as it is defined; one of its runs may change capacity, time limit and arguments. */
export interface JobDefinition {
  readonly name: string
  readonly role: string
  readonly command: JobCommand
  readonly description?: string
  readonly logUri?: string
  readonly jobMode?: string
  readonly defaultArguments: Readonly<Record<string, string>>
  readonly fixedArguments: Readonly<Record<string, string>>
  readonly retriesMax: number
  readonly runsMax: number
  readonly glueVersion?: string
  readonly executionClass?: string
  readonly capacity: JobCapacity
}

export interface JobCommand {
  /** `glueetl` is PySpark on the query engine, `pythonshell` plain Python. */
  readonly name: 'glueetl' | 'pythonshell'
  readonly scriptLocation: string
  readonly pythonVersion?: string
}

export interface JobCapacity {
  readonly timeoutMinutes: number
  readonly workerType?: string
  readonly workerCount?: number
  /** In DPU: 4 vCPU and 16 GB of memory each. */
  readonly dpuMax: number
}

const GIGABYTE = 1024 ** 3
const DPU_BYTES = 16 * GIGABYTE

/** DPU of a worker and its memory (AWS Glue Developer Guide, "Defining job properties"). */
const workers: Readonly<Record<string, { readonly dpu: number; readonly memoryBytes: number }>> = {
  Standard: { dpu: 1, memoryBytes: 16 * GIGABYTE },
  'G.025X': { dpu: 0.25, memoryBytes: 4 * GIGABYTE },
  'G.1X': { dpu: 1, memoryBytes: 16 * GIGABYTE },
  'G.2X': { dpu: 2, memoryBytes: 32 * GIGABYTE },
  'G.4X': { dpu: 4, memoryBytes: 64 * GIGABYTE },
  'G.8X': { dpu: 8, memoryBytes: 128 * GIGABYTE },
  'G.12X': { dpu: 12, memoryBytes: 192 * GIGABYTE },
  'G.16X': { dpu: 16, memoryBytes: 256 * GIGABYTE },
  'R.1X': { dpu: 1, memoryBytes: 32 * GIGABYTE },
  'R.2X': { dpu: 2, memoryBytes: 64 * GIGABYTE },
  'R.4X': { dpu: 4, memoryBytes: 128 * GIGABYTE },
  'R.8X': { dpu: 8, memoryBytes: 256 * GIGABYTE },
}

/** Undefined for a type that is not known. */
export function workerDpu(workerType: string): number | undefined {
  return workers[workerType]?.dpu
}

/**
 * What the capacity is worth on one machine: the driver process may take the memory of one worker,
 * SQL that of all of them, as far as the query engine has it. Threads are the engine's own.
 */
export function memoryOf(capacity: JobCapacity): {
  readonly driverBytes: number
  readonly totalBytes: number
} {
  const worker = capacity.workerType ? workers[capacity.workerType] : undefined
  const totalBytes = worker
    ? worker.memoryBytes * (capacity.workerCount ?? 1)
    : capacity.dpuMax * DPU_BYTES
  return { driverBytes: worker?.memoryBytes ?? Math.min(totalBytes, DPU_BYTES), totalBytes }
}
