import { badRequest } from '../connect-errors.ts'

/** Takes settings from a configuration; those that nobody took have no effect, and are refused. */
export interface SettingReader {
  text(name: string): string | undefined
  required(name: string): string
  choice<T extends string>(name: string, values: ReadonlyArray<T>, preset: T): T
  flag(name: string, preset: boolean): boolean
  whole(name: string, range: { readonly min: number; readonly max: number }, preset: number): number
  /** Throws `BadRequestException` for the first setting that was not taken. */
  refuseRest(): void
}

export function createSettingReader(
  configuration: Readonly<Record<string, string>>,
): SettingReader {
  const rest = new Map(Object.entries(configuration))

  function text(name: string): string | undefined {
    const value = rest.get(name)
    rest.delete(name)
    return value?.trim()
  }

  function choice<T extends string>(name: string, values: ReadonlyArray<T>, preset: T): T {
    const value = text(name)
    if (value === undefined) return preset
    const found = values.find((one) => one === value)
    if (found === undefined) throw wrong(name, value, `one of ${values.join(', ')}`)
    return found
  }

  return {
    text,
    choice,
    required(name) {
      const value = text(name)
      if (value) return value
      throw invalid(`Missing required configuration "${name}" which has no default value.`)
    },
    flag: (name, preset) => choice(name, ['true', 'false'], preset ? 'true' : 'false') === 'true',
    whole(name, { min, max }, preset) {
      const value = text(name)
      if (value === undefined) return preset
      const number = /^-?\d{1,15}$/.test(value) ? Number(value) : Number.NaN
      if (number >= min && number <= max) return number
      throw wrong(name, value, `a whole number from ${min} to ${max}`)
    },
    refuseRest() {
      const [name] = rest.keys()
      if (name === undefined) return
      throw invalid(`${name} is not a setting that this connector serves: it would have no effect.`)
    },
  }
}

export function wrong(name: string, value: string, what: string) {
  return invalid(`Invalid value ${value} for configuration ${name}: ${what}.`)
}

export function invalid(why: string) {
  return badRequest(`The connector configuration is invalid. Message: ${why}`)
}
