import type { Limits, ModelData } from '../model/data.ts'
import type { Member, Shape, StructureShape } from '../model/shape.ts'
import type { Constraint } from './constraint.ts'
import { constraintsOf, refusesNull } from './constraint.ts'
import { javaText } from './java-text.ts'

/** One broken constraint, in the words of AWS's Coral framework. */
export interface Problem {
  /** The member of the input that the problem is in, and its value. */
  readonly member: Member
  readonly value: unknown
  readonly text: string
}

// AWS: more are not reported (kinesalite, validations/index.js).
const problemsMax = 10

/**
 * Says what is wrong with an input that the validator refused, in the order of the model. The walk is
 * slow and made for messages only.
 */
export function explain(
  shape: StructureShape,
  input: object,
  { enums }: Pick<ModelData, 'enums'>,
): ReadonlyArray<Problem> {
  const problems: Problem[] = []
  const given = input as Readonly<Record<string, unknown>>
  for (const member of shape.members) {
    const texts: string[] = []
    explainMember(member, given[member.name], lowerFirst(member.name), { enums, texts })
    for (const text of texts) problems.push({ member, value: given[member.name], text })
  }
  return problems.slice(0, problemsMax)
}

/** The message that lists all problems. */
export function summarize(problems: ReadonlyArray<Problem>): string {
  const count = problems.length
  const texts = problems.map(({ text }) => text).join('; ')
  return `${count} validation error${count === 1 ? '' : 's'} detected: ${texts}`
}

interface Walk extends Pick<ModelData, 'enums'> {
  readonly texts: string[]
}

function explainMember(member: Member, value: unknown, path: string, walk: Walk): void {
  if (value === undefined || value === null) {
    if (member.required) {
      walk.texts.push(
        `Value null at '${path}' failed to satisfy constraint: Member must not be null`,
      )
    }
    return
  }
  explainValue(member, value, path, walk)
}

function explainValue(
  member: Pick<Member, 'shape' | 'limits' | 'traits'>,
  value: unknown,
  path: string,
  walk: Walk,
): void {
  const { shape, limits, traits } = member
  const shown = traits.sensitive ? '' : ` '${javaText(shape, value, limits)}'`
  const broken = (says: string) => {
    walk.texts.push(`Value${shown} at '${path}' failed to satisfy constraint: ${says}`)
  }
  for (const { says, isKept } of constraintsOf(shape, limits, walk.enums)) {
    if (!isKept(value)) broken(says)
  }
  if (shape.kind === 'structure') {
    const given = value as Readonly<Record<string, unknown>>
    for (const inner of shape.members) {
      explainMember(inner, given[inner.name], `${path}.${lowerFirst(inner.name)}`, walk)
    }
  } else if (shape.kind === 'list') {
    explainItems(member, shape.element, value as ReadonlyArray<unknown>, { path, walk, broken })
  } else if (shape.kind === 'map') {
    explainKeys(shape.key.shape, limits?.key, value as object, { walk, broken })
    explainMapValues(shape.value, limits?.value, value as object, { path, walk, broken })
  }
}

interface Place {
  readonly path: string
  readonly walk: Walk
  broken(says: string): void
}

/** AWS: items that are scalars are judged as one, at the list; structures each at their own place. */
function explainItems(
  list: Pick<Member, 'shape' | 'limits' | 'traits'>,
  element: Member,
  items: ReadonlyArray<unknown>,
  { path, walk, broken }: Place,
): void {
  const inner = { ...element, limits: list.limits?.element }
  const noNull = refusesNull(list)
  if (isContainer(element.shape)) {
    for (const [index, item] of items.entries()) {
      const place = `${path}.${index + 1}.member`
      explainMember({ ...inner, required: noNull }, item, place, walk)
    }
    return
  }
  const constraints = constraintsOf(element.shape, inner.limits, walk.enums)
  const isKept = (item: unknown) =>
    item === null ? !noNull : constraints.every((constraint) => constraint.isKept(item))
  if (items.every(isKept)) return
  broken(`Member must satisfy constraint: [${saidOfEach(constraints, inner)}]`)
}

function explainKeys(
  shape: Shape,
  limits: Limits | undefined,
  map: object,
  { walk, broken }: Omit<Place, 'path'>,
): void {
  const constraints = constraintsOf(shape, limits, walk.enums)
  const isKept = (key: string) => constraints.every((constraint) => constraint.isKept(key))
  if (Object.keys(map).every(isKept)) return
  broken(`Map keys must satisfy constraint: [${constraints.map(({ says }) => says).join(', ')}]`)
}

function explainMapValues(
  member: Member,
  limits: Limits | undefined,
  map: object,
  { path, walk, broken }: Place,
): void {
  if (isContainer(member.shape)) {
    for (const [key, item] of Object.entries(map)) {
      explainMember({ ...member, limits }, item, `${path}.${key}.member`, walk)
    }
    return
  }
  const constraints = constraintsOf(member.shape, limits, walk.enums)
  const isKept = (item: unknown) =>
    item === null || constraints.every((constraint) => constraint.isKept(item))
  if (Object.values(map).every(isKept)) return
  broken(`Map value must satisfy constraint: [${saidOfEach(constraints, { ...member, limits })}]`)
}

// AWS: values of an enum and numbers are also said not to be null, texts are not (recorded replies
// of Lambda: `architectures`, `additionalVersionWeights` against `securityGroupIds`).
function saidOfEach(
  constraints: ReadonlyArray<Constraint>,
  { shape, limits }: Pick<Member, 'shape' | 'limits'>,
): string {
  const said = constraints.map(({ says }) => says)
  if (said.length === 0 || shape.kind === 'number' || limits?.enum !== undefined) {
    said.push('Member must not be null')
  }
  return said.join(', ')
}

function isContainer({ kind }: Shape): boolean {
  return kind === 'structure' || kind === 'list' || kind === 'map'
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1)
}
