/** What a crawl has changed in the catalog. */
export interface CrawlReport {
  readonly tables: ChangeCounts
  readonly partitions: ChangeCounts
}

export interface ChangeCounts {
  readonly created: number
  readonly updated: number
  readonly deleted: number
}

/** Counts changes as they are made, and tells them to the crawl's log. */
export interface CrawlJournal {
  count(kind: 'tables' | 'partitions', change: keyof ChangeCounts, by?: number): void
  say(level: 'INFO' | 'WARN' | 'ERROR' | 'BENCHMARK', message: string): void
  report(): CrawlReport
  /** The lines since the last call. */
  takeLines(): ReadonlyArray<string>
}

const none: ChangeCounts = { created: 0, updated: 0, deleted: 0 }
const LINES_MAX = 10_000

/** Lines are `[crawl id] LEVEL : message`, as in Glue's log group `/aws-glue/crawlers`. */
export function createCrawlJournal(crawlId: string): CrawlJournal {
  let tables = none
  let partitions = none
  let lines: string[] = []
  let lineCount = 0
  return {
    count(kind, change, by = 1) {
      const before = kind === 'tables' ? tables : partitions
      const after = { ...before, [change]: before[change] + by }
      if (kind === 'tables') tables = after
      else partitions = after
    },
    say(level, message) {
      if (++lineCount <= LINES_MAX || level === 'ERROR' || level === 'BENCHMARK') {
        lines.push(`[${crawlId}] ${level} : ${message}`)
      }
    },
    report: () => ({ tables, partitions }),
    takeLines() {
      const taken = lines
      lines = []
      return taken
    },
  }
}
