import type { ClassicGroup, ClassicMember, MemberProtocol } from './classic-group.ts'

/** Whether a member with these protocols could be in one generation with the others. */
export function supportsProtocols(
  group: ClassicGroup,
  protocolType: string,
  protocols: ReadonlyArray<MemberProtocol>,
): boolean {
  if (group.members.size === 0) return protocolType !== '' && protocols.length > 0
  if (protocolType !== group.protocolType) return false
  const common = commonProtocols(group)
  return protocols.some(({ name }) => common.has(name))
}

/** Each member votes for the first of its protocols that all have; most votes win. */
export function selectProtocol(group: ClassicGroup): string | null {
  const common = commonProtocols(group)
  const votes = new Map<string, number>()
  for (const { protocols } of group.members.values()) {
    const vote = protocols.find(({ name }) => common.has(name))?.name
    if (vote !== undefined) votes.set(vote, (votes.get(vote) ?? 0) + 1)
  }
  let winner: string | null = null
  for (const [name, count] of votes) {
    if (winner === null || count > (votes.get(winner) ?? 0)) winner = name
  }
  return winner
}

export function hasProtocols(
  { protocols }: ClassicMember,
  others: ReadonlyArray<MemberProtocol>,
): boolean {
  return (
    protocols.length === others.length &&
    protocols.every(({ name, metadata }, index) => {
      const other = others[index]
      return other !== undefined && name === other.name && metadata.equals(other.metadata)
    })
  )
}

function commonProtocols(group: ClassicGroup): ReadonlySet<string> {
  const counts = new Map<string, number>()
  for (const { protocols } of group.members.values()) {
    for (const name of new Set(protocols.map((protocol) => protocol.name))) {
      counts.set(name, (counts.get(name) ?? 0) + 1)
    }
  }
  const common = [...counts].filter(([, count]) => count === group.members.size)
  return new Set(common.map(([name]) => name))
}
