import type { Clock } from '../../base/clock.ts'
import type { Disk } from '../../base/disk.ts'
import type { Logger } from '../../base/logger.ts'
import type { Random } from '../../base/random.ts'
import type { ServiceEvents } from '../../base/service-events.ts'
import type { ComputeEngine } from '../../engines/compute/port.ts'
import type { Background } from '../../engines/meta/background.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import type { QueryEngine } from '../../engines/query/port.ts'
import type { ScratchSpace } from '../../engines/scratch.ts'
import type { OperationName } from '../../wire/contract.ts'
import type { Operation } from '../../wire/operation.ts'
import type { LogWriter } from '../logs/log-groups.ts'
import type { ObjectAccess } from '../s3/objects/object-access.ts'
import type { SessionIssuer } from '../sts/session-issuer.ts'
import type { GlueCatalog } from './catalog-store.ts'
import type { Classifiers } from './crawler/classifiers.ts'
import type { Crawlers } from './crawler/crawlers.ts'
import type { Bookmarks } from './jobs/bookmarks.ts'
import type { JobRuns } from './jobs/job-runs.ts'
import type { Jobs } from './jobs/jobs.ts'
import type { Tags } from './tags.ts'
import type { Scheduler } from './triggers/scheduler.ts'
import type { Triggers } from './triggers/triggers.ts'
import type { WorkflowRuns } from './workflows/workflow-runs.ts'
import type { Workflows } from './workflows/workflows.ts'

type Sdk = typeof import('@aws-sdk/client-glue')

/** What the service stands on. */
export interface GlueServiceDeps {
  readonly catalog: GlueCatalog
  readonly meta: MetaStore
  readonly clock: Clock
  readonly random: Random
  readonly events: ServiceEvents
  readonly disk: Disk
  readonly scratch: ScratchSpace
  readonly background: Background
  readonly log: Logger
  readonly objects: ObjectAccess
  readonly logs: LogWriter
  readonly sessions: SessionIssuer
  readonly query: QueryEngine
  /** Most memory that the SQL session of one job may have. */
  readonly queryMemoryBytes: number
  readonly compute: ComputeEngine
  /** Directory with the Python packages `headrace_job`, `awsglue` and `pyspark`. */
  readonly pythonPath: string
  /** Where this server answers, for the SDKs in job scripts; asked when a job starts. */
  readonly endpointUrl: () => string
}

/** The nouns that the operations stand on. */
export interface GlueDeps {
  readonly catalog: GlueCatalog
  readonly tags: Tags
  readonly crawlers: Crawlers
  readonly classifiers: Classifiers
  readonly jobs: Jobs
  readonly runs: JobRuns
  readonly bookmarks: Bookmarks
  readonly triggers: Triggers
  readonly scheduler: Scheduler
  readonly workflows: Workflows
  readonly workflowRuns: WorkflowRuns
  readonly clock: Clock
}

export type GlueOperation<Name extends OperationName<Sdk>> = Operation<GlueDeps, Sdk, Name>
