import type { Member, StructureShape } from '../model/shape.ts'

/** Where each member of a REST input or output lies in the HTTP message. */
export interface HttpBindings {
  readonly labels: ReadonlyMap<string, Member>
  readonly query: ReadonlyArray<Bound>
  /** Takes every query parameter that no other member takes. */
  readonly queryParams: Member | undefined
  readonly headers: ReadonlyArray<Bound>
  readonly prefixHeaders: ReadonlyArray<Bound>
  readonly status: Member | undefined
  /** The member that is the whole body. */
  readonly payload: Member | undefined
  /** Without a payload: the members that make up the body. */
  readonly body: ReadonlyArray<Member>
}

/** A member and its name in the message (header names in lower case). */
export interface Bound {
  readonly member: Member
  readonly wireName: string
}

export function bindingsOf(shape: StructureShape): HttpBindings {
  const labels = new Map<string, Member>()
  const query: Bound[] = []
  const headers: Bound[] = []
  const prefixHeaders: Bound[] = []
  const body: Member[] = []
  let queryParams: Member | undefined
  let status: Member | undefined
  let payload: Member | undefined
  for (const member of shape.members) {
    const { traits } = member
    if (traits.httpLabel) labels.set(member.name, member)
    else if (traits.httpQuery) query.push({ member, wireName: traits.httpQuery })
    else if (traits.httpQueryParams) queryParams = member
    else if (traits.httpHeader) headers.push({ member, wireName: traits.httpHeader.toLowerCase() })
    else if (traits.httpPrefixHeaders !== undefined) {
      prefixHeaders.push({ member, wireName: traits.httpPrefixHeaders.toLowerCase() })
    } else if (traits.httpResponseCode) status = member
    else if (traits.httpPayload) payload = member
    else body.push(member)
  }
  return { labels, query, queryParams, headers, prefixHeaders, status, payload, body }
}
