/** One line of the table: what it costs here against what it costs a reference, in the same run. */
export interface Row {
  readonly what: string
  readonly unit: 'ms CPU' | 'ms' | 'MB' | 'CPU s/GB'
  readonly ours: number
  readonly reference?: number
  readonly referenceIs?: string
  /** What was done a second, as seen by the load process. */
  readonly perSecond?: Amount
  /** What one core could do a second, by the CPU time that it took. */
  readonly perCore?: Amount & { readonly aim?: number }
  /** The least ratio that we want. */
  readonly aim?: number
  /** The most that ours may be. */
  readonly most?: number
}

export interface Amount {
  readonly amount: number
  readonly of: 'requests' | 'records' | 'messages' | 'keys' | 'events' | 'MB'
}

const headings = [
  '',
  'Headrace',
  'reference',
  'ratio',
  'aim',
  'at most',
  'a second',
  'a core, a second',
  'reference is',
]

/** As a Markdown table, which a terminal shows well enough. */
export function tableOf(rows: ReadonlyArray<Row>): string {
  const lines = [headings, ...rows.map(cellsOf)]
  const widths = headings.map((_, column) =>
    Math.max(3, ...lines.map((cells) => (cells[column] ?? '').length)),
  )
  const isText = (column: number) => column === 0 || column === headings.length - 1
  const line = (cells: ReadonlyArray<string>) => {
    const padded = cells.map((cell, column) => {
      const width = widths[column] ?? 0
      return isText(column) ? cell.padEnd(width) : cell.padStart(width)
    })
    return `| ${padded.join(' | ')} |`
  }
  const rule = widths.map((width, column) =>
    isText(column) ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  )
  return [line(headings), line(rule), ...lines.slice(1).map(line)].join('\n')
}

function cellsOf({ what, unit, ours, reference, referenceIs, ...row }: Row): string[] {
  const { perSecond, perCore } = row
  const ratio = reference === undefined ? undefined : reference / ours
  return [
    what,
    `${digits(ours)} ${unit}`,
    reference === undefined ? '' : `${digits(reference)} ${unit}`,
    ratio === undefined ? '' : ratio.toFixed(2),
    row.aim === undefined ? '' : `≥ ${row.aim}`,
    row.most === undefined ? '' : `≤ ${row.most} ${unit}`,
    perSecond === undefined ? '' : amountText(perSecond),
    perCore === undefined ? '' : amountText(perCore),
    referenceIs ?? '',
  ]
}

function amountText({ amount, of, aim }: Amount & { readonly aim?: number }): string {
  const text = `${digits(amount)} ${of}`
  return aim === undefined ? text : `${text} (aim ≥ ${aim})`
}

/** Three that matter. */
function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}

/** The value that the given part of all values is not above. */
export function percentile(values: ReadonlyArray<number>, part: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(Math.floor(sorted.length * part), sorted.length - 1)] ?? Number.NaN
}
