/*
 * How the values of configs are written. Each rule answers what is wrong with a text, in Apache
 * Kafka's words (ConfigDef), or undefined.
 */

export type ConfigType = 'boolean' | 'string' | 'int' | 'long' | 'double' | 'list'

export interface ConfigRule {
  readonly type: ConfigType
  readonly problem: (value: string) => string | undefined
}

const LONG_MAX = 2n ** 63n - 1n
const INT_MAX = 2n ** 31n - 1n

export function longFrom(min: number): ConfigRule {
  return { type: 'long', problem: (value) => wholeProblem(value, 'LONG', BigInt(min), LONG_MAX) }
}

export function intFrom(min: number, max?: number): ConfigRule {
  const top = max === undefined ? INT_MAX : BigInt(max)
  return { type: 'int', problem: (value) => wholeProblem(value, 'INT', BigInt(min), top) }
}

export function doubleWithin(min: number, max: number): ConfigRule {
  return {
    type: 'double',
    problem(value) {
      if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value.trim())) {
        return 'Not a number of type DOUBLE'
      }
      const number = Number(value)
      if (number < min) return `Value must be at least ${min}`
      return number > max ? `Value must be no more than ${max}` : undefined
    },
  }
}

export function oneOf(...choices: ReadonlyArray<string>): ConfigRule {
  return {
    type: 'string',
    problem: (value) =>
      choices.includes(value) ? undefined : `String must be one of: ${choices.join(', ')}`,
  }
}

export function listOf(...choices: ReadonlyArray<string>): ConfigRule {
  return {
    type: 'list',
    problem(value) {
      const items = listItems(value)
      if (items.length === 0) return `List must have at least one of: ${choices.join(', ')}`
      return items.every((item) => choices.includes(item))
        ? undefined
        : `String must be one of: ${choices.join(', ')}`
    },
  }
}

/** A config that has one value here, and why. */
export function only(type: ConfigType, value: string, reason: string): ConfigRule {
  return {
    type,
    problem: (given) =>
      given.trim().toLowerCase() === value
        ? undefined
        : `Headrace serves only '${value}': ${reason}`,
  }
}

export function listItems(value: string): ReadonlyArray<string> {
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

/** Of a text that its rule takes. What is beyond the safe integers stands for "endless". */
export function numberOfConfig(value: string): number {
  return Math.min(Number(value), Number.MAX_SAFE_INTEGER)
}

function wholeProblem(
  value: string,
  type: 'INT' | 'LONG',
  min: bigint,
  max: bigint,
): string | undefined {
  const text = value.trim()
  const limit = type === 'INT' ? INT_MAX : LONG_MAX
  if (!/^[+-]?\d{1,19}$/.test(text)) return `Not a number of type ${type}`
  const number = BigInt(text.replace('+', ''))
  if (number > limit || number < -limit - 1n) return `Not a number of type ${type}`
  if (number < min) return `Value must be at least ${min}`
  return number > max ? `Value must be no more than ${max}` : undefined
}
