/** What all pages of the reference begin with. */
export function pageOf(title: string, parts: ReadonlyArray<string>): string {
  const note = '<!-- Written from the code by `npm run reference`; a test keeps it true. -->'
  return `${[`# ${title}`, note, ...parts].join('\n\n')}\n`
}

export function markdownTable(
  headings: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<string>>,
): string {
  const line = (cells: ReadonlyArray<string>) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
  return [line(headings), line(headings.map(() => '---')), ...rows.map(line)].join('\n')
}

export function code(text: string | number | boolean): string {
  return `\`${text}\``
}
