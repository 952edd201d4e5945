import type { Clock } from '../../base/clock.ts'
import type { Logger } from '../../base/logger.ts'
import type { Random } from '../../base/random.ts'
import type { ServiceEvents } from '../../base/service-events.ts'
import type { Background } from '../../engines/meta/background.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import type { QueryEngine } from '../../engines/query/port.ts'
import type { ScratchSpace } from '../../engines/scratch.ts'
import type { Service } from '../../wire/operation.ts'
import { bindOperations } from '../../wire/operation.ts'
import type { Catalog } from '../glue/catalog.ts'
import { createWorkLauncher } from '../glue/work-launcher.ts'
import type { ObjectAccess } from '../s3/objects/object-access.ts'
import { createExecutionRunner } from './execution-runner.ts'
import { createExecutions } from './executions.ts'
import { limits } from './limits.ts'
import { createNamedQueries } from './named-queries.ts'
import { batchGetNamedQuery } from './operations/batch-get-named-query.ts'
import { batchGetPreparedStatement } from './operations/batch-get-prepared-statement.ts'
import { batchGetQueryExecution } from './operations/batch-get-query-execution.ts'
import { createNamedQuery } from './operations/create-named-query.ts'
import { createPreparedStatement } from './operations/create-prepared-statement.ts'
import { createWorkGroup } from './operations/create-work-group.ts'
import { deleteNamedQuery } from './operations/delete-named-query.ts'
import { deletePreparedStatement } from './operations/delete-prepared-statement.ts'
import { deleteWorkGroup } from './operations/delete-work-group.ts'
import { getDataCatalog } from './operations/get-data-catalog.ts'
import { getDatabase } from './operations/get-database.ts'
import { getNamedQuery } from './operations/get-named-query.ts'
import { getPreparedStatement } from './operations/get-prepared-statement.ts'
import { getQueryExecution } from './operations/get-query-execution.ts'
import { getQueryResults } from './operations/get-query-results.ts'
import { getQueryRuntimeStatistics } from './operations/get-query-runtime-statistics.ts'
import { getTableMetadata } from './operations/get-table-metadata.ts'
import { getWorkGroup } from './operations/get-work-group.ts'
import { listDataCatalogs } from './operations/list-data-catalogs.ts'
import { listDatabases } from './operations/list-databases.ts'
import { listEngineVersions } from './operations/list-engine-versions.ts'
import { listNamedQueries } from './operations/list-named-queries.ts'
import { listPreparedStatements } from './operations/list-prepared-statements.ts'
import { listQueryExecutions } from './operations/list-query-executions.ts'
import { listTableMetadata } from './operations/list-table-metadata.ts'
import { listTagsForResource } from './operations/list-tags-for-resource.ts'
import { listWorkGroups } from './operations/list-work-groups.ts'
import { startQueryExecution } from './operations/start-query-execution.ts'
import { stopQueryExecution } from './operations/stop-query-execution.ts'
import { tagResource } from './operations/tag-resource.ts'
import { untagResource } from './operations/untag-resource.ts'
import { updateNamedQuery } from './operations/update-named-query.ts'
import { updatePreparedStatement } from './operations/update-prepared-statement.ts'
import { updateWorkGroup } from './operations/update-work-group.ts'
import { createPreparedStatements } from './prepared-statements.ts'
import { createResourceTags } from './resource-tags.ts'
import { createJsonShapes } from './tables/json-shapes.ts'
import { createWorkgroups } from './workgroups.ts'

export interface AthenaServiceDeps {
  readonly meta: MetaStore
  readonly query: QueryEngine
  readonly scratch: ScratchSpace
  readonly catalog: Catalog
  readonly objects: ObjectAccess
  readonly background: Background
  readonly clock: Clock
  readonly random: Random
  readonly events: ServiceEvents
  readonly log: Logger
}

const SWEEP_INTERVAL_MS = 60 * 60_000

export function createAthenaService(deps: AthenaServiceDeps): Service {
  const { background, clock } = deps
  const executions = createExecutions(deps)
  const preparedStatements = createPreparedStatements(deps)
  const launcher = createWorkLauncher(background)
  const runner = createExecutionRunner({
    ...deps,
    executions,
    preparedStatements,
    launcher,
    jsonShapes: createJsonShapes(),
  })
  const nouns = {
    ...deps,
    executions,
    preparedStatements,
    runner,
    workgroups: createWorkgroups(deps),
    namedQueries: createNamedQueries(deps),
    tags: createResourceTags(deps),
  }
  return {
    name: 'athena',
    operations: bindOperations(nouns, [
      batchGetNamedQuery,
      batchGetPreparedStatement,
      batchGetQueryExecution,
      createNamedQuery,
      createPreparedStatement,
      createWorkGroup,
      deleteNamedQuery,
      deletePreparedStatement,
      deleteWorkGroup,
      getDataCatalog,
      getDatabase,
      getNamedQuery,
      getPreparedStatement,
      getQueryExecution,
      getQueryResults,
      getQueryRuntimeStatistics,
      getTableMetadata,
      getWorkGroup,
      listDataCatalogs,
      listDatabases,
      listEngineVersions,
      listNamedQueries,
      listPreparedStatements,
      listQueryExecutions,
      listTableMetadata,
      listTagsForResource,
      listWorkGroups,
      startQueryExecution,
      stopQueryExecution,
      tagResource,
      untagResource,
      updateNamedQuery,
      updatePreparedStatement,
      updateWorkGroup,
    ]),
    async start(signal) {
      const round = async () => {
        await executions.removeBefore(clock.wallMs() - limits.historyMs)
        return SWEEP_INTERVAL_MS
      }
      await Promise.all([
        launcher.start(signal, () => runner.recover()),
        background.run({ name: 'athena/history', round }, signal),
      ])
    },
  }
}
