// `npm run new-operation kinesis DescribeStreamSummary`: writes the operation's file and an SDK test
// that fails until it is built, and lists the operation in its service.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const [service = '', operation = ''] = process.argv.slice(2)
const folder = join('src', 'services', service)
if (!existsSync(join(folder, 'service.ts')) || !/^[A-Z][A-Za-z0-9]+$/.test(operation)) {
  console.error('usage: npm run new-operation <service> <OperationName>, e.g. kinesis PutRecord')
  process.exit(1)
}

const kebab = operation.replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase()
const camel = operation[0]?.toLowerCase() + operation.slice(1)
const contract = readFileSync(join(folder, 'contract.ts'), 'utf8')
const alias = /export type (\w+Operation)</.exec(contract)?.[1] ?? 'Operation'
const client = /@aws-sdk\/client-[a-z0-9-]+/.exec(contract)?.[0] ?? ''
const clientClass = `${alias.replace(/Operation$/, '')}Client`

writeNew(
  join(folder, 'operations', `${kebab}.ts`),
  `import { ServiceError } from '../../../base/errors.ts'
import type { ${alias} } from '../contract.ts'

export const ${camel}: ${alias}<'${operation}'> = {
  name: '${operation}',
  async run() {
    throw new ServiceError('NotImplementedException', '${operation} is being built.', { status: 501 })
  },
}
`,
)
writeNew(
  join('test', 'sdk', service, `${kebab}.test.ts`),
  `import { ${clientClass}, ${operation}Command } from '${client}'
import { expect, test } from 'vitest'
import { client } from '../../support/client.ts'

test('${operation} keeps its promise', async () => {
  const answer = await client(${clientClass}).send(new ${operation}Command({} as never))
  expect(answer).toEqual('what the AWS documentation says')
})
`,
)
const listPath = join(folder, 'service.ts')
const list = readFileSync(listPath, 'utf8')
const imported = `import { ${camel} } from './operations/${kebab}.ts'\n`
const lastImport = list.lastIndexOf('\nimport ') + 1
const lineEnd = list.indexOf('\n', lastImport) + 1
writeFileSync(
  listPath,
  `${list.slice(0, lineEnd)}${imported}${list.slice(lineEnd)}`.replace(
    /(bindOperations\([^[]*\[)/,
    `$1${camel}, `,
  ),
)
console.log(`now: build ${camel}, make its test say what AWS does, and run npm run check`)

function writeNew(path: string, text: string): void {
  if (existsSync(path)) throw new Error(`${path} is already there`)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}
