import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import ts from 'typescript'
import { code, markdownTable, pageOf } from './page.ts'
import { sourceFiles } from './source-files.ts'

/** `docs/reference/limits.md`: every `limits.ts`, value and comment. */
export async function limitsPage(): Promise<string> {
  const sections: string[] = []
  for (const path of sourceFiles('src', /(^|\/)limits\.ts$/)) {
    const loaded: Readonly<Record<string, unknown>> = await import(
      pathToFileURL(resolve(path)).href
    )
    const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2023)
    const rows = source.statements
      .filter(ts.isVariableStatement)
      .flatMap((statement) => rowsOf(source, statement, loaded))
    const name = path.replace(/^src\/(services\/)?/, '').replace(/\/?limits\.ts$/, '')
    sections.push(`## ${name}`, markdownTable(['limit', 'value', ''], rows))
  }
  return pageOf('Limits', [
    `What is checked beyond the lengths, ranges and patterns that AWS publishes for each member of each input
(those are enforced too). Times are in milliseconds and sizes in bytes unless the name says otherwise.`,
    ...sections,
  ])
}

/** A table of limits gives one row a property; a constant of its own gives one row. */
function rowsOf(
  source: ts.SourceFile,
  statement: ts.VariableStatement,
  loaded: Readonly<Record<string, unknown>>,
): string[][] {
  return statement.declarationList.declarations.flatMap((declaration) => {
    const name = declaration.name.getText(source)
    const value = loaded[name]
    const table = tableOf(declaration.initializer)
    if (!table) {
      return value === undefined ? [] : [[code(name), show(value), commentOf(source, statement)]]
    }
    const values = value as Readonly<Record<string, unknown>>
    return table.properties.filter(ts.isPropertyAssignment).map((property) => {
      const key = property.name.getText(source)
      return [code(key), show(values[key]), commentOf(source, property)]
    })
  })
}

function tableOf(initializer: ts.Expression | undefined): ts.ObjectLiteralExpression | undefined {
  if (initializer === undefined) return undefined
  if (ts.isAsExpression(initializer) || ts.isSatisfiesExpression(initializer)) {
    return tableOf(initializer.expression)
  }
  return ts.isObjectLiteralExpression(initializer) ? initializer : undefined
}

function show(value: unknown): string {
  if (Array.isArray(value)) return value.map(show).join(', ')
  if (value instanceof RegExp) return code(String(value))
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .map(([name, one]) => `${name} ${show(one)}`)
      .join(', ')
  }
  return String(value)
}

/** The comment above a node, on one line. */
function commentOf(source: ts.SourceFile, node: ts.Node): string {
  const text = source.getFullText()
  const ranges = ts.getLeadingCommentRanges(text, node.getFullStart()) ?? []
  return ranges
    .map(({ pos, end }) => text.slice(pos, end))
    .filter((comment) => comment.startsWith('/**') || ranges.length === 1)
    .map((comment) => comment.replace(/^\/\*\*|\*\/$|^\s*\*\s?|^\/\/\s?/gm, ' '))
    .join(' ')
    .replace(/\s+/g, ' ')
    .trim()
}
