import { ServiceError } from '../../base/errors.ts'

/** `parameter` is the member at fault, as the API writes it. */
export function badRequest(message: string, parameter?: string): ServiceError {
  const fields = parameter === undefined ? {} : { InvalidParameter: parameter }
  return new ServiceError('BadRequestException', message, { fields })
}

export function notFound(message: string, parameter?: string): ServiceError {
  const fields = parameter === undefined ? {} : { InvalidParameter: parameter }
  return new ServiceError('NotFoundException', message, { status: 404, fields })
}

export function conflict(message: string, parameter?: string): ServiceError {
  const fields = parameter === undefined ? {} : { InvalidParameter: parameter }
  return new ServiceError('ConflictException', message, { status: 409, fields })
}

/** For what AWS has and this build has not. */
export function unsupported(what: string, parameter?: string): ServiceError {
  return badRequest(`${what} is not supported by Headrace; nothing was done.`, parameter)
}
