import type { CliContext } from './context.ts'
import { endpointOf } from './endpoint.ts'

/** `eval "$(headrace env)"` points every AWS SDK and the AWS CLI of a shell at the server. */
export function env(
  this: CliContext,
  flags: { readonly endpoint?: string; readonly account?: string; readonly region?: string },
): void {
  if (flags.account !== undefined && !/^\d{12}$/.test(flags.account)) {
    throw new Error(`--account: '${flags.account}' is not an account number of twelve digits.`)
  }
  const region = flags.region ?? 'us-east-1'
  this.print(`export AWS_ENDPOINT_URL=${endpointOf(this, flags.endpoint)}`)
  this.print(`export AWS_ACCESS_KEY_ID=${flags.account ?? 'test'}`)
  this.print('export AWS_SECRET_ACCESS_KEY=test')
  this.print(`export AWS_REGION=${region}`)
  this.print(`export AWS_DEFAULT_REGION=${region}`)
}
