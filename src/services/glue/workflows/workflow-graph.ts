import { createHash } from 'node:crypto'
import type { Trigger } from '../triggers/triggers.ts'
import type { RunTrigger } from './workflow-run.ts'

type AnyTrigger = Trigger | RunTrigger

export interface GraphNode {
  readonly kind: 'trigger' | 'job' | 'crawler'
  readonly name: string
  readonly id: string
  /** Of a node that is one. */
  readonly trigger?: AnyTrigger
}

export interface GraphEdge {
  readonly from: string
  readonly to: string
}

/** Triggers, and the jobs and crawlers that they start and wait for, each once. */
export function graphOf(triggers: ReadonlyArray<AnyTrigger>): {
  readonly nodes: ReadonlyArray<GraphNode>
  readonly edges: ReadonlyArray<GraphEdge>
} {
  const nodes = new Map<string, GraphNode>()
  const edges = new Map<string, GraphEdge>()
  const node = (kind: GraphNode['kind'], name: string, trigger?: AnyTrigger) => {
    const id = idOf(kind, name)
    if (!nodes.has(id)) nodes.set(id, { kind, name, id, ...(trigger && { trigger }) })
    return id
  }
  const edge = (from: string, to: string) => void edges.set(`${from} ${to}`, { from, to })
  for (const trigger of triggers) {
    const own = node('trigger', trigger.name, trigger)
    for (const { kind, name } of trigger.actions) edge(own, node(kind, name))
    for (const { kind, name } of trigger.predicate?.conditions ?? []) edge(node(kind, name), own)
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()] }
}

/** The same in the workflow and in all its runs. */
function idOf(kind: GraphNode['kind'], name: string): string {
  return `wnode_${createHash('sha256').update(`${kind}\n${name}`).digest('hex')}`
}
