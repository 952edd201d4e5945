import { readFileSync } from 'node:fs'
import ts from 'typescript'
import type { ModelData } from '../../src/wire/model/data.ts'
import { modelNamesOf } from './built-operations.ts'
import { code, markdownTable, pageOf } from './page.ts'
import { sourceFiles } from './source-files.ts'

/** Status by code; undefined where the sources do not say it in place. */
type Codes = Map<string, number | undefined>

/** `docs/reference/errors.md`: the codes that the sources name, by who answers them. */
export function errorsPage(models: ReadonlyArray<ModelData>): string {
  const sources = sourceFiles('src', /^src\/(server|wire|services)\/.*\.ts$/).map((path) =>
    ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2023, true),
  )
  const takers = new Set(sources.flatMap(takersIn))
  const parts = new Map<string, Codes>()
  for (const source of sources) {
    const part = /^src\/(?:services\/)?([^/]+)/.exec(source.fileName)?.[1] ?? ''
    const codes: Codes = parts.get(part) ?? new Map()
    parts.set(part, codes)
    collectCodes(source, { takers, modelled: statusesOf(modelsOf(part, models)), codes })
  }
  const sections = [...parts]
    .filter(([, codes]) => codes.size > 0)
    .map(([part, codes]) => {
      const modelled = statusesOf(modelsOf(part, models))
      const rows = [...codes]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, status]) => [code(name), String(status ?? modelled.get(name) ?? '')])
      return `## ${part}\n\n${markdownTable(['code', 'status'], rows)}`
    })
  return pageOf('Errors', [
    `Codes are AWS's own. \`server\` and \`wire\` answer for every service: signatures, bodies, malformed and
invalid input, operations and parameters that are not built. Codes without a status here take that of
their protocol and cause. Any request may also be answered with the code of its protocol for a failure of
ours (\`InternalFailure\`, \`InternalError\`; status 500).`,
    ...sections,
  ])
}

/** Those of a service; `server` and `wire` answer for all of them. */
function modelsOf(part: string, models: ReadonlyArray<ModelData>): ReadonlyArray<ModelData> {
  const owners = modelNamesOf(part)
  return owners.length === 0 ? models : models.filter(({ name }) => owners.includes(name))
}

function statusesOf(models: ReadonlyArray<ModelData>): ReadonlyMap<string, number> {
  const statuses = models.flatMap(({ errors, shapes }) =>
    Object.entries(errors).map(([name, number]): [string, number] => {
      const shape = shapes[number]
      const traits = shape && 'traits' in shape ? shape.traits : undefined
      const byKind = traits?.error === 'server' ? 500 : 400
      return [name, traits?.awsQueryError?.[1] ?? traits?.httpError ?? byKind]
    }),
  )
  return new Map(statuses)
}

/** Names of functions whose first parameter is an error code. */
function takersIn(source: ts.SourceFile): string[] {
  return source.statements
    .filter(ts.isFunctionDeclaration)
    .filter(({ parameters }) => parameters[0]?.name.getText(source) === 'code')
    .map(({ name }) => name?.text ?? '')
}

/** Codes given to `ServiceError` or to a function that takes one, and modelled ones by name. */
function collectCodes(
  source: ts.SourceFile,
  found: {
    readonly takers: ReadonlySet<string>
    readonly modelled: ReadonlyMap<string, number>
    readonly codes: Codes
  },
): void {
  const { takers, modelled, codes } = found
  const visit = (node: ts.Node): void => {
    if (ts.isNewExpression(node) || ts.isCallExpression(node)) {
      const [first] = node.arguments ?? []
      const callee = node.expression.getText(source)
      if (first && ts.isStringLiteral(first) && callee === 'ServiceError') {
        codes.set(first.text, statusIn(node) ?? codes.get(first.text))
      } else if (first && ts.isStringLiteral(first) && takers.has(callee)) {
        codes.set(first.text, codes.get(first.text))
      }
    }
    const isValue = ts.isStringLiteral(node) && !ts.isLiteralTypeNode(node.parent)
    if (isValue && modelled.has(node.text)) codes.set(node.text, codes.get(node.text))
    node.forEachChild(visit)
  }
  visit(source)
}

/** Of `new ServiceError(code, message, { status: 404 })`. */
function statusIn(node: ts.NewExpression | ts.CallExpression): number | undefined {
  const options = node.arguments?.[2]
  if (options === undefined) return 400
  if (!ts.isObjectLiteralExpression(options)) return undefined
  const status = options.properties.find((one) => one.name?.getText() === 'status')
  if (status === undefined) return 400
  if (!ts.isPropertyAssignment(status) || !ts.isNumericLiteral(status.initializer)) return undefined
  return Number(status.initializer.text)
}
