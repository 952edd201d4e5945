import { ServiceError } from '../../base/errors.ts'
import { MalformedInput } from '../codec/malformed-input.ts'
import type { ServiceModel } from '../model/service-model.ts'
import type { StructureShape } from '../model/shape.ts'
import { explain, summarize } from '../validate/explain.ts'
import type { IsValid } from '../validate/validator.ts'
import { createValidator } from '../validate/validator.ts'
import { faultNamesOf } from './fault-names.ts'

/** Turns what is wrong with an input into the error that the service answers. */
export interface InputCheck {
  /** Refuses an input that breaks a constraint, naming all that it breaks. */
  requireValid(shape: StructureShape, input: object): void
  /** Runs a decoder; what it cannot read becomes the service's error. */
  decoded<T>(decode: () => T): T
  /** The service's error for input that cannot be read. */
  refusal(error: MalformedInput): ServiceError
}

export function createInputCheck(model: ServiceModel): InputCheck {
  const validatorOf: (shape: StructureShape) => IsValid | undefined = createValidator(model.data)
  const faults = faultNamesOf(model.data.name)
  const refusal = ({ isSyntax, message }: MalformedInput) =>
    isSyntax
      ? new ServiceError(faults.unparsable, faults.unparsablePrefix + message)
      : new ServiceError(faults.malformed, message)
  return {
    requireValid(shape, input) {
      const isValid = validatorOf(shape)
      if (isValid === undefined || isValid(input)) return
      const problems = explain(shape, input, model.data)
      const absent = problems.find(({ value }) => value === undefined || value === null)
      if (faults.missing !== undefined && absent) {
        const text = `The request must contain the parameter ${absent.member.name}.`
        throw new ServiceError(faults.missing, text)
      }
      throw new ServiceError(faults.validation, summarize(problems))
    },
    decoded(decode) {
      try {
        return decode()
      } catch (error) {
        throw error instanceof MalformedInput ? refusal(error) : error
      }
    },
    refusal,
  }
}
