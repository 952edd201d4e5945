import type { CreateFunctionCommandInput } from '@aws-sdk/client-lambda'
import { CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { zipSync } from 'fflate'
import { client } from '../../support/client.ts'

export const ROLE = 'arn:aws:iam::000000000000:role/function'

/** A deployment package of text files. */
export function zipOf(files: Record<string, string>): Buffer {
  const encoder = new TextEncoder()
  const entries = Object.entries(files).map(([path, text]) => [path, encoder.encode(text)])
  return Buffer.from(zipSync(Object.fromEntries(entries)))
}

/** Makes a function of Node code in the account of the file. */
export function createFunction(
  name: string,
  source: string,
  more: Partial<CreateFunctionCommandInput> = {},
) {
  return client(LambdaClient).send(
    new CreateFunctionCommand({
      FunctionName: name,
      Runtime: 'nodejs20.x',
      Handler: 'index.handler',
      Role: ROLE,
      Code: { ZipFile: zipOf({ 'index.mjs': source }) },
      ...more,
    }),
  )
}

export function textOf(payload: Uint8Array | undefined): string {
  return Buffer.from(payload ?? []).toString()
}
