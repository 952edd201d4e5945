import { metricTable } from '../../src/base/metrics.ts'
import { code, markdownTable, pageOf } from './page.ts'

/** `docs/reference/metrics.md`. */
export function metricsPage(): string {
  const rows = Object.entries(metricTable).map(([name, { kind, labels, help }]) => [
    code(name),
    kind,
    labels.map(code).join(', '),
    help,
  ])
  return pageOf('Metrics', [
    `\`GET /metrics\` answers them for Prometheus, unsigned, together with those of the process that prom-client
collects (CPU, memory, event-loop delay, garbage collection).`,
    markdownTable(['metric', 'kind', 'labels', ''], rows),
  ])
}
