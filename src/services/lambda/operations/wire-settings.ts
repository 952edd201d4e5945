import type {
  CreateFunctionRequest,
  UpdateFunctionConfigurationRequest,
} from '@aws-sdk/client-lambda'
import { ServiceError } from '../../../base/errors.ts'
import type { Scope } from '../../../base/scope.ts'
import type { LambdaDeps } from '../contract.ts'
import type { FunctionSettings } from '../function-record.ts'
import { invalidParameter, unsupported } from '../lambda-errors.ts'
import { limits } from '../limits.ts'
import { checkRuntime } from '../runtimes.ts'

type SettingsInput = Partial<CreateFunctionRequest> & Partial<UpdateFunctionConfigurationRequest>

/** What CreateFunction and UpdateFunctionConfiguration may set, on top of what there was. */
export function mergeSettings(
  current: FunctionSettings,
  input: SettingsInput,
  runtimes: ReadonlyArray<string>,
): FunctionSettings {
  refuseUnbuilt(input)
  checkMax('timeout', input.Timeout, limits.timeoutSecondsMax)
  checkMax('memorySize', input.MemorySize, limits.memoryMegabytesMax)
  const environment = input.Environment?.Variables ?? current.environment
  if (input.Environment) checkEnvironment(environment ?? {})
  if (input.Runtime !== undefined) checkRuntime(input.Runtime, runtimes)
  const logGroup = input.LoggingConfig?.LogGroup ?? current.logGroup
  // AWS: an empty ARN takes the dead letters away.
  const deadLetterArn = input.DeadLetterConfig?.TargetArn ?? current.deadLetterArn
  return {
    role: input.Role ?? current.role,
    runtime: input.Runtime ?? current.runtime,
    handler: input.Handler ?? current.handler,
    description: input.Description ?? current.description,
    timeoutSeconds: input.Timeout ?? current.timeoutSeconds,
    memoryMegabytes: input.MemorySize ?? current.memoryMegabytes,
    ephemeralMegabytes: input.EphemeralStorage?.Size ?? current.ephemeralMegabytes,
    architecture: input.Architectures?.[0] ?? current.architecture,
    ...(environment && { environment }),
    ...(logGroup !== undefined && { logGroup }),
    ...(deadLetterArn && { deadLetterArn }),
  }
}

export async function checkDeadLetters(
  { destinations }: LambdaDeps,
  scope: Scope,
  name: string,
  { role, deadLetterArn }: FunctionSettings,
): Promise<void> {
  if (deadLetterArn === undefined) return
  await destinations.validateDeadLetters(scope, { name, role }, deadLetterArn)
}

/** Parameters that ask for what this build cannot do; their neutral values are taken. */
function refuseUnbuilt(input: SettingsInput): void {
  const asked: ReadonlyArray<readonly [string, unknown]> = [
    ['VpcConfig', hasAny(input.VpcConfig?.SubnetIds) || hasAny(input.VpcConfig?.SecurityGroupIds)],
    ['KMSKeyArn', input.KMSKeyArn],
    ['TracingConfig Active', input.TracingConfig?.Mode === 'Active'],
    ['Layers', hasAny(input.Layers)],
    ['FileSystemConfigs', hasAny(input.FileSystemConfigs)],
    ['ImageConfig', input.ImageConfig],
    ['SnapStart PublishedVersions', input.SnapStart?.ApplyOn === 'PublishedVersions'],
    ['LoggingConfig JSON', input.LoggingConfig?.LogFormat === 'JSON'],
    ['LoggingConfig.ApplicationLogLevel', input.LoggingConfig?.ApplicationLogLevel],
    ['LoggingConfig.SystemLogLevel', input.LoggingConfig?.SystemLogLevel],
  ]
  for (const [what, isAsked] of asked) if (isAsked) throw unsupported(what)
}

/** AWS: limits that the service checks though its model does not say them. */
function checkMax(member: string, value: number | undefined, max: number): void {
  if (value === undefined || value <= max) return
  throw new ServiceError(
    'ValidationException',
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: Member must have value less than or equal to ${max}`,
  )
}

function hasAny(list: ReadonlyArray<unknown> | undefined): boolean {
  return (list?.length ?? 0) > 0
}

/** Developer Guide, "Defined runtime environment variables": the reserved ones. */
const RESERVED = new Set([
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_DEFAULT_REGION',
  'AWS_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_LAMBDA_RUNTIME_API',
  'LAMBDA_TASK_ROOT',
  'LAMBDA_RUNTIME_DIR',
])

function checkEnvironment(variables: Readonly<Record<string, string>>): void {
  const reserved = Object.keys(variables).filter((name) => RESERVED.has(name))
  if (reserved.length > 0) {
    throw invalidParameter(
      `Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${reserved.join(', ')}`,
    )
  }
  const text = JSON.stringify(variables)
  if (Buffer.byteLength(text) > limits.environmentBytesMax) {
    throw invalidParameter(
      `Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. String measured: ${text}`,
    )
  }
}
