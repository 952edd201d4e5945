/** What a JSON service that once spoke awsQuery still says to its old clients. */
export interface QueryPast {
  readonly xmlNamespace: string
  /** Old codes of errors that the model does not name. */
  readonly codes: Readonly<Record<string, string>>
  /** Messages that are worded otherwise in awsQuery, by the error's code. */
  readonly messages: Readonly<Record<string, string>>
}

const pasts: Readonly<Record<string, QueryPast>> = {
  // AWS: recorded replies of SQS in both protocols.
  sqs: {
    xmlNamespace: 'http://queue.amazonaws.com/doc/2012-11-05/',
    codes: {
      AccessDeniedException: 'AccessDenied',
      InvalidParameterValueException: 'InvalidParameterValue',
      MissingRequiredParameterException: 'MissingParameter',
    },
    messages: {
      QueueDoesNotExist: 'The specified queue does not exist for this wsdl version.',
    },
  },
}

export function queryPastOf(service: string | undefined): QueryPast | undefined {
  return service === undefined ? undefined : pasts[service]
}
