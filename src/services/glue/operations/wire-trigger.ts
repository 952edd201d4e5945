import type {
  Action,
  Condition,
  CreateTriggerRequest,
  Predicate,
  TriggerUpdate,
  Trigger as WireTrigger,
} from '@aws-sdk/client-glue'
import { parseSchedule } from '../../../base/schedule.ts'
import { invalidInput, unsupported } from '../catalog-errors.ts'
import { checkArguments } from '../jobs/job-arguments.ts'
import { limits } from '../limits.ts'
import type {
  Trigger,
  TriggerAction,
  TriggerCondition,
  TriggerDefinition,
  TriggerPredicate,
} from '../triggers/triggers.ts'
import type { RunTrigger } from '../workflows/workflow-run.ts'

export function triggerFromWire(input: CreateTriggerRequest): TriggerDefinition {
  const { Type: type, WorkflowName: workflow } = input
  if (!type) throw invalidInput('Type cannot be null or empty')
  const definition = {
    ...{ name: input.Name ?? '', type, actions: [] },
    ...(workflow !== undefined && { workflow }),
    ...changeFromWire(input),
  }
  checkTrigger(definition)
  return definition
}

export function changeFromWire(
  input: CreateTriggerRequest | TriggerUpdate,
): Partial<TriggerDefinition> {
  const { EventBatchingCondition: batching } = input
  return {
    ...(input.Description !== undefined && { description: input.Description }),
    ...(input.Schedule !== undefined && { schedule: input.Schedule }),
    ...(input.Actions && { actions: input.Actions.map(actionFromWire) }),
    ...(input.Predicate && { predicate: predicateFromWire(input.Predicate) }),
    ...(batching && {
      batching: {
        size: batching.BatchSize ?? 1,
        windowSeconds: batching.BatchWindow ?? limits.batchWindowSeconds,
      },
    }),
  }
}

export function checkTrigger(definition: TriggerDefinition): void {
  const { type, schedule, predicate, actions, workflow, batching } = definition
  if (type === 'EVENT' && workflow === undefined) {
    throw invalidInput('WorkflowName cannot be null or empty for an EVENT trigger')
  }
  if (batching && type !== 'EVENT') {
    throw invalidInput('EventBatchingCondition is supported for EVENT triggers only')
  }
  if (actions.length === 0) throw invalidInput('Actions cannot be null or empty')
  if (type === 'SCHEDULED') {
    if (!schedule) throw invalidInput('Schedule cannot be null or empty for a SCHEDULED trigger')
    if (!parseSchedule(schedule)) throw invalidInput(`Invalid schedule expression: ${schedule}`)
  }
  if (type === 'CONDITIONAL' && !predicate?.conditions.length) {
    throw invalidInput('Predicate cannot be null or empty for a CONDITIONAL trigger')
  }
}

function actionFromWire(action: Action): TriggerAction {
  if (action.SecurityConfiguration) throw unsupported('Actions.SecurityConfiguration')
  if (action.NotificationProperty?.NotifyDelayAfter) {
    throw unsupported('Actions.NotificationProperty')
  }
  if (action.CrawlerName) return { kind: 'crawler', name: action.CrawlerName }
  if (!action.JobName) throw invalidInput('An action must name a job or a crawler')
  checkArguments(action.Arguments ?? {})
  return {
    kind: 'job',
    name: action.JobName,
    ...(action.Arguments && { arguments: action.Arguments }),
    ...(action.Timeout && { timeoutMinutes: action.Timeout }),
  }
}

function predicateFromWire({ Logical, Conditions }: Predicate): TriggerPredicate {
  return { logical: Logical ?? 'AND', conditions: (Conditions ?? []).map(conditionFromWire) }
}

const jobStates = ['SUCCEEDED', 'STOPPED', 'FAILED', 'TIMEOUT']
const crawlStates = ['SUCCEEDED', 'FAILED', 'CANCELLED']

/** The words of AWS, as moto has them. */
function conditionFromWire(condition: Condition): TriggerCondition {
  if (condition.LogicalOperator !== 'EQUALS') {
    throw invalidInput('Logical operator cannot be null or empty')
  }
  if (condition.JobName) {
    if (!jobStates.includes(condition.State ?? '')) {
      throw invalidInput(
        `State cannot be null or empty, choose from one of the following job state: [${jobStates.join(', ')}]`,
      )
    }
    return { kind: 'job', name: condition.JobName, state: condition.State ?? '' }
  }
  if (!condition.CrawlerName) {
    throw invalidInput('JobName or CrawlerName in condition cannot be null or empty')
  }
  if (!crawlStates.includes(condition.CrawlState ?? '')) {
    throw invalidInput(
      `State cannot be null or empty, choose from one of the following crawler state: [${crawlStates.join(', ')}]`,
    )
  }
  return { kind: 'crawler', name: condition.CrawlerName, state: condition.CrawlState ?? '' }
}

export function triggerToWire(trigger: Trigger | RunTrigger): WireTrigger {
  return {
    Name: trigger.name,
    WorkflowName: trigger.workflow,
    Type: trigger.type,
    State: trigger.state,
    Description: trigger.description,
    Schedule: trigger.schedule,
    Actions: trigger.actions.map(actionToWire),
    Predicate: trigger.predicate && {
      Logical: trigger.predicate.logical,
      Conditions: trigger.predicate.conditions.map(conditionToWire),
    },
    EventBatchingCondition: trigger.batching && {
      BatchSize: trigger.batching.size,
      BatchWindow: trigger.batching.windowSeconds,
    },
  }
}

function actionToWire(action: TriggerAction): Action {
  if (action.kind === 'crawler') return { CrawlerName: action.name }
  return {
    JobName: action.name,
    Arguments: action.arguments,
    Timeout: action.timeoutMinutes,
  }
}

function conditionToWire({ kind, name, state }: TriggerCondition): Condition {
  const word = (words: ReadonlyArray<string>) => words.find((one) => one === state)
  return kind === 'job'
    ? { LogicalOperator: 'EQUALS', JobName: name, State: word(jobStates) as Condition['State'] }
    : {
        LogicalOperator: 'EQUALS',
        CrawlerName: name,
        CrawlState: word(crawlStates) as Condition['CrawlState'],
      }
}

/** Whether one of its actions starts the job. */
export const startsJob = (trigger: Trigger, job: string | undefined) =>
  job === undefined || trigger.actions.some(({ kind, name }) => kind === 'job' && name === job)
