/** The error codes under which a service refuses input. Most answer as Coral does. */
export interface FaultNames {
  /** The input does not keep a constraint of the model. */
  readonly validation: string
  /** A member is of the wrong type. */
  readonly malformed: string
  /** The body cannot be parsed at all. */
  readonly unparsable: string
  /** What stands before the parser's message. */
  readonly unparsablePrefix: string
  /** A required member is absent, where the service does not call that a fault of validation. */
  readonly missing?: string
}

const coral: FaultNames = {
  validation: 'ValidationException',
  malformed: 'SerializationException',
  unparsable: 'SerializationException',
  unparsablePrefix: '',
}

const query: FaultNames = {
  validation: 'ValidationError',
  malformed: 'MalformedInput',
  unparsable: 'MalformedInput',
  unparsablePrefix: '',
}

const faultNames: Readonly<Record<string, FaultNames>> = {
  athena: { ...coral, validation: 'InvalidRequestException' },
  'cloudwatch-logs': { ...coral, validation: 'InvalidParameterException' },
  iam: query,
  kafka: {
    validation: 'BadRequestException',
    malformed: 'BadRequestException',
    unparsable: 'BadRequestException',
    unparsablePrefix: '',
  },
  lambda: {
    ...coral,
    unparsable: 'InvalidRequestContentException',
    unparsablePrefix: 'Could not parse request body into json: ',
  },
  'sagemaker-runtime': { ...coral, validation: 'ValidationError' },
  sqs: { ...coral, missing: 'MissingRequiredParameterException' },
  sts: query,
}

export function faultNamesOf(service: string): FaultNames {
  return faultNames[service] ?? coral
}
