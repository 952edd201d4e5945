import { invalidParameter } from './lambda-errors.ts'

/** The runtimes that CreateFunction takes on AWS (Developer Guide, "Lambda runtimes"; 2026). */
const CURRENT = [
  'nodejs18.x',
  'nodejs20.x',
  'nodejs22.x',
  'nodejs24.x',
  'python3.9',
  'python3.10',
  'python3.11',
  'python3.12',
  'python3.13',
  'python3.14',
  'java8.al2',
  'java11',
  'java17',
  'java21',
  'java25',
  'dotnet8',
  'dotnet10',
  'ruby3.2',
  'ruby3.3',
  'ruby3.4',
  'provided.al2',
  'provided.al2023',
]

const RETIRED =
  /^(nodejs(\d|[1][0-6])\.x|nodejs(4\.3|6\.10|8\.10)|python(2\.7|3\.[678])|java8|dotnetcore.*|dotnet[67]|go1\.x|ruby2\..*|provided)$/

/** Throws `InvalidParameterValueException`, in AWS's words where AWS would refuse it too. */
export function checkRuntime(runtime: string, available: ReadonlyArray<string>): void {
  if (available.includes(runtime)) return
  if (CURRENT.includes(runtime)) {
    throw invalidParameter(
      `The runtime ${runtime} is not supported by Headrace on this machine yet. It runs: ${available.join(', ')}.`,
    )
  }
  if (RETIRED.test(runtime)) {
    throw invalidParameter(
      `The runtime parameter of ${runtime} is no longer supported for creating or updating AWS Lambda functions. We recommend you use a supported runtime while creating or updating functions.`,
    )
  }
  throw invalidParameter(
    `Value ${runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [${CURRENT.join(', ')}] or be a valid ARN`,
  )
}
