import type { FunctionConfiguration } from '@aws-sdk/client-lambda'
import { dateOf } from '../../../base/clock.ts'
import type { Scope } from '../../../base/scope.ts'
import { functionArn } from '../function-names.ts'
import type { FunctionVersion } from '../function-record.ts'

/** AWS: `2026-01-31T12:00:00.000+0000`, not quite ISO 8601 (recorded). */
function lambdaTime(ms: number): string {
  return dateOf(ms).toISOString().replace('Z', '+0000')
}

/**
 * A function or version as Lambda shows it. `qualifier` goes into the ARN; the state is always
 * `Active`, because the code is unpacked before a change is answered.
 */
export function toConfiguration(
  scope: Scope,
  target: { readonly name: string; readonly qualifier?: string | undefined },
  { version, settings, code, revisionId, modifiedMs }: FunctionVersion,
): FunctionConfiguration {
  const { name, qualifier } = target
  return {
    FunctionName: name,
    FunctionArn: functionArn(scope, { name, ...(qualifier !== undefined && { qualifier }) }),
    Runtime: settings.runtime as NonNullable<FunctionConfiguration['Runtime']>,
    Role: settings.role,
    Handler: settings.handler,
    CodeSize: code.sizeBytes,
    Description: settings.description,
    Timeout: settings.timeoutSeconds,
    MemorySize: settings.memoryMegabytes,
    LastModified: lambdaTime(modifiedMs),
    CodeSha256: code.sha256,
    Version: version,
    TracingConfig: { Mode: 'PassThrough' },
    RevisionId: revisionId,
    State: 'Active',
    LastUpdateStatus: 'Successful',
    PackageType: 'Zip',
    Architectures: [settings.architecture as 'x86_64' | 'arm64'],
    EphemeralStorage: { Size: settings.ephemeralMegabytes },
    SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
    LoggingConfig: { LogFormat: 'Text', LogGroup: settings.logGroup ?? `/aws/lambda/${name}` },
    ...(settings.deadLetterArn !== undefined && {
      DeadLetterConfig: { TargetArn: settings.deadLetterArn },
    }),
    ...(settings.environment && { Environment: { Variables: { ...settings.environment } } }),
  }
}
