import type { ServiceCoverage } from './built-operations.ts'
import { code, markdownTable, pageOf } from './page.ts'

/** `docs/reference/operations.md`. */
export function operationsPage(services: ReadonlyArray<ServiceCoverage>): string {
  return pageOf('Operations', [
    `✅ built, and called through the AWS SDK by a test; 🟡 built, but no such test passed. Everything else is
refused by name, and so is each parameter under "refuses": the request fails, and nothing was done.
Input that goes deeper (a value, a member of a structure) may be refused too; the error says which.`,
    coverageTable(services),
    ...services.map(section),
  ])
}

/** One line a service; the README shows it too. */
export function coverageTable(services: ReadonlyArray<ServiceCoverage>): string {
  return markdownTable(
    ['service', 'operations built', 'of AWS’s'],
    services.map(({ name, built, operations }) => [
      code(name),
      String(built.size),
      String(operations.length),
    ]),
  )
}

function section({ name, built, operations }: ServiceCoverage): string {
  const rows = operations.flatMap((operation) => {
    const found = built.get(operation)
    if (!found) return []
    return [[found.shown ? '✅' : '🟡', code(operation), found.refuses.map(code).join(', ')]]
  })
  const missing = operations.filter((operation) => !built.has(operation)).map(code)
  return [
    `## ${name}`,
    ...(rows.length > 0 ? [markdownTable(['', 'operation', 'refuses'], rows)] : []),
    ...(missing.length > 0 ? [`❌ refused by name: ${missing.join(', ')}.`] : []),
  ].join('\n\n')
}
