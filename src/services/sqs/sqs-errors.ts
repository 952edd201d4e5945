import { ServiceError } from '../../base/errors.ts'

export function queueMissing(): ServiceError {
  return new ServiceError('QueueDoesNotExist', 'The specified queue does not exist.')
}

export function invalidParameter(message: string): ServiceError {
  return new ServiceError('InvalidParameterValueException', message)
}

export function invalidValue(value: unknown, parameter: string, reason: string): ServiceError {
  return invalidParameter(`Value ${value} for parameter ${parameter} is invalid. Reason: ${reason}`)
}

export function missingParameter(name: string): ServiceError {
  return new ServiceError(
    'MissingRequiredParameterException',
    `The request must contain the parameter ${name}.`,
  )
}

export function invalidAttributeValue(name: string, reason?: string): ServiceError {
  return new ServiceError(
    'InvalidAttributeValue',
    `Invalid value for the parameter ${name}.${reason === undefined ? '' : ` Reason: ${reason}`}`,
  )
}

export function unknownAttribute(name: string): ServiceError {
  return new ServiceError('InvalidAttributeName', `Unknown Attribute ${name}.`)
}
