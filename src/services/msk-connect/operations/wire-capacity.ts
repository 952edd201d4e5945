import type { Capacity as WireCapacity } from '@aws-sdk/client-kafkaconnect'
import { badRequest } from '../connect-errors.ts'
import type { Capacity } from '../connector.ts'
import { connectLimits } from '../limits.ts'

const MCU_COUNTS = [1, 2, 4, 8]
/** AWS's, where nothing is said. */
const PERCENT_DEFAULTS = { in: 20, out: 80 }

/** Throws `BadRequestException` for machines that AWS has not. */
export function readCapacity({ autoScaling, provisionedCapacity }: WireCapacity): Capacity {
  if ((autoScaling === undefined) === (provisionedCapacity === undefined)) {
    throw badRequest('Exactly one of autoScaling and provisionedCapacity has to be given.')
  }
  if (autoScaling) return readScaling(autoScaling)
  const { mcuCount = 0, workerCount = 0 } = provisionedCapacity ?? {}
  checkMcus(mcuCount)
  checkWorkers('workerCount', workerCount)
  return { kind: 'provisioned', mcuCount, workerCount }
}

function readScaling(given: NonNullable<WireCapacity['autoScaling']>): Capacity {
  const { mcuCount = 0, minWorkerCount = 0, maxWorkerCount = 0 } = given
  const tasksMax = given.maxAutoscalingTaskCount
  checkMcus(mcuCount)
  checkWorkers('minWorkerCount', minWorkerCount)
  checkWorkers('maxWorkerCount', maxWorkerCount)
  if (minWorkerCount > maxWorkerCount) {
    throw badRequest('minWorkerCount is greater than maxWorkerCount.')
  }
  if (tasksMax !== undefined && tasksMax < maxWorkerCount) {
    throw badRequest('maxAutoscalingTaskCount must be at least maxWorkerCount.')
  }
  const scaleInPercent = given.scaleInPolicy?.cpuUtilizationPercentage ?? PERCENT_DEFAULTS.in
  const scaleOutPercent = given.scaleOutPolicy?.cpuUtilizationPercentage ?? PERCENT_DEFAULTS.out
  return {
    ...{ kind: 'scaling', mcuCount, scaleInPercent, scaleOutPercent },
    workersMin: minWorkerCount,
    workersMax: maxWorkerCount,
    ...(tasksMax !== undefined && { tasksMax }),
  }
}

export function writeCapacity(capacity: Capacity) {
  const { mcuCount } = capacity
  if (capacity.kind === 'provisioned') {
    return { provisionedCapacity: { mcuCount, workerCount: capacity.workerCount } }
  }
  const { workersMin, workersMax, scaleInPercent, scaleOutPercent, tasksMax } = capacity
  return {
    autoScaling: {
      mcuCount,
      minWorkerCount: workersMin,
      maxWorkerCount: workersMax,
      scaleInPolicy: { cpuUtilizationPercentage: scaleInPercent },
      scaleOutPolicy: { cpuUtilizationPercentage: scaleOutPercent },
      ...(tasksMax !== undefined && { maxAutoscalingTaskCount: tasksMax }),
    },
  }
}

function checkMcus(count: number): void {
  if (!MCU_COUNTS.includes(count)) throw badRequest('mcuCount has to be one of 1, 2, 4, 8.')
}

function checkWorkers(name: string, count: number): void {
  if (count >= 1 && count <= connectLimits.workersMax) return
  throw badRequest(`${name} has to be between 1 and ${connectLimits.workersMax}.`)
}
