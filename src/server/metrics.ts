import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { MetricName, Metrics } from '../base/metrics.ts'
import { metricTable } from '../base/metrics.ts'

/** The metrics of `metricTable` and those of the process (memory, CPU, event-loop delay). */
export interface PrometheusMetrics extends Metrics {
  readonly contentType: string
  /** The page of `/metrics`. */
  page(): Promise<string>
}

const secondsBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30]

export function createMetrics(): PrometheusMetrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const recorders = new Map<string, (labels: Record<string, string>, value: number) => void>()
  const forgetters = new Map<string, (labels: Record<string, string>) => void>()
  for (const [name, { kind, help, labels }] of Object.entries(metricTable)) {
    const options = { name, help, labelNames: [...labels], registers: [registry] }
    if (kind === 'counter') {
      const counter = new Counter(options)
      recorders.set(name, (given, value) => counter.inc(given, value))
      forgetters.set(name, (given) => counter.remove(given))
    } else if (kind === 'gauge') {
      const gauge = new Gauge(options)
      recorders.set(name, (given, value) => gauge.set(given, value))
      forgetters.set(name, (given) => gauge.remove(given))
    } else {
      const histogram = new Histogram({ ...options, buckets: secondsBuckets })
      recorders.set(name, (given, value) => histogram.observe(given, value))
      forgetters.set(name, (given) => histogram.remove(given))
    }
  }
  return {
    record(name: MetricName, labels, value) {
      recorders.get(name)?.(labels, value)
    },
    forget(name: MetricName, labels) {
      forgetters.get(name)?.(labels)
    },
    contentType: registry.contentType,
    page: () => registry.metrics(),
  }
}
