import { ServiceError } from '../../../base/errors.ts'
import { sagemakerLimits } from '../limits.ts'
import type { Resource } from '../resource.ts'

interface ListInput {
  readonly NextToken?: string | undefined
  readonly MaxResults?: number | undefined
  readonly NameContains?: string | undefined
  readonly SortBy?: string | undefined
  readonly SortOrder?: string | undefined
  readonly CreationTimeAfter?: { getTime(): number } | undefined
  readonly CreationTimeBefore?: { getTime(): number } | undefined
}

/** A page of a list as SageMaker sorts it: newest first, unless asked otherwise. */
export function pageOf<T extends Resource>(
  all: ReadonlyArray<T>,
  input: ListInput,
): { readonly items: ReadonlyArray<T>; readonly nextToken: string | undefined } {
  const part = input.NameContains?.toLowerCase() ?? ''
  const after = input.CreationTimeAfter?.getTime() ?? Number.NEGATIVE_INFINITY
  const before = input.CreationTimeBefore?.getTime() ?? Number.POSITIVE_INFINITY
  const sign = input.SortOrder === 'Ascending' ? 1 : -1
  const byName = input.SortBy === 'Name'
  const wanted = all
    .filter(({ name }) => name.toLowerCase().includes(part))
    .filter(({ createdMs }) => createdMs > after && createdMs < before)
    .sort((a, b) => sign * (byName ? compare(a.name, b.name) : a.createdMs - b.createdMs))
  const from = startOf(input.NextToken)
  const limit = Math.min(input.MaxResults ?? sagemakerLimits.listPage, sagemakerLimits.listPageMax)
  const next = from + limit < wanted.length ? String(from + limit) : undefined
  return {
    items: wanted.slice(from, from + limit),
    nextToken: next && Buffer.from(next).toString('base64url'),
  }
}

function startOf(token: string | undefined): number {
  if (token === undefined) return 0
  const from = Number(Buffer.from(token, 'base64url').toString('utf8'))
  if (Number.isInteger(from) && from > 0) return from
  throw new ServiceError('ValidationException', 'NextToken is not one that was given out.')
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
