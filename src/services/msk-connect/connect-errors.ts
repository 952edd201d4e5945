import { ServiceError } from '../../base/errors.ts'

export function badRequest(message: string): ServiceError {
  return new ServiceError('BadRequestException', message)
}

export function notFound(message: string): ServiceError {
  return new ServiceError('NotFoundException', message, { status: 404 })
}

export function conflict(message: string): ServiceError {
  return new ServiceError('ConflictException', message, { status: 409 })
}

/** For what AWS has and this build has not. */
export function unsupported(what: string): ServiceError {
  return badRequest(`${what} is not supported by Headrace; nothing was done.`)
}
