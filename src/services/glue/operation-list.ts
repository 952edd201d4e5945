import { batchCreatePartition } from './operations/batch-create-partition.ts'
import { batchDeletePartition } from './operations/batch-delete-partition.ts'
import { batchDeleteTable } from './operations/batch-delete-table.ts'
import { batchDeleteTableVersion } from './operations/batch-delete-table-version.ts'
import { batchGetCrawlers } from './operations/batch-get-crawlers.ts'
import { batchGetJobs } from './operations/batch-get-jobs.ts'
import { batchGetPartition } from './operations/batch-get-partition.ts'
import { batchGetTriggers } from './operations/batch-get-triggers.ts'
import { batchGetWorkflows } from './operations/batch-get-workflows.ts'
import { batchStopJobRun } from './operations/batch-stop-job-run.ts'
import { batchUpdatePartition } from './operations/batch-update-partition.ts'
import { createClassifier } from './operations/create-classifier.ts'
import { createCrawler } from './operations/create-crawler.ts'
import { createDatabase } from './operations/create-database.ts'
import { createJob } from './operations/create-job.ts'
import { createPartition } from './operations/create-partition.ts'
import { createTable } from './operations/create-table.ts'
import { createTrigger } from './operations/create-trigger.ts'
import { createWorkflow } from './operations/create-workflow.ts'
import { deleteClassifier } from './operations/delete-classifier.ts'
import { deleteCrawler } from './operations/delete-crawler.ts'
import { deleteDatabase } from './operations/delete-database.ts'
import { deleteJob } from './operations/delete-job.ts'
import { deletePartition } from './operations/delete-partition.ts'
import { deleteTable } from './operations/delete-table.ts'
import { deleteTableVersion } from './operations/delete-table-version.ts'
import { deleteTrigger } from './operations/delete-trigger.ts'
import { deleteWorkflow } from './operations/delete-workflow.ts'
import { getCatalogImportStatus } from './operations/get-catalog-import-status.ts'
import { getClassifier } from './operations/get-classifier.ts'
import { getClassifiers } from './operations/get-classifiers.ts'
import { getCrawler } from './operations/get-crawler.ts'
import { getCrawlerMetrics } from './operations/get-crawler-metrics.ts'
import { getCrawlers } from './operations/get-crawlers.ts'
import { getDatabase } from './operations/get-database.ts'
import { getDatabases } from './operations/get-databases.ts'
import { getJob } from './operations/get-job.ts'
import { getJobBookmark } from './operations/get-job-bookmark.ts'
import { getJobRun } from './operations/get-job-run.ts'
import { getJobRuns } from './operations/get-job-runs.ts'
import { getJobs } from './operations/get-jobs.ts'
import { getPartition } from './operations/get-partition.ts'
import { getPartitionIndexes } from './operations/get-partition-indexes.ts'
import { getPartitions } from './operations/get-partitions.ts'
import { getTable } from './operations/get-table.ts'
import { getTableVersion } from './operations/get-table-version.ts'
import { getTableVersions } from './operations/get-table-versions.ts'
import { getTables } from './operations/get-tables.ts'
import { getTags } from './operations/get-tags.ts'
import { getTrigger } from './operations/get-trigger.ts'
import { getTriggers } from './operations/get-triggers.ts'
import { getWorkflow } from './operations/get-workflow.ts'
import { getWorkflowRun } from './operations/get-workflow-run.ts'
import { getWorkflowRunProperties } from './operations/get-workflow-run-properties.ts'
import { getWorkflowRuns } from './operations/get-workflow-runs.ts'
import { listCrawlers } from './operations/list-crawlers.ts'
import { listCrawls } from './operations/list-crawls.ts'
import { listJobs } from './operations/list-jobs.ts'
import { listTriggers } from './operations/list-triggers.ts'
import { listWorkflows } from './operations/list-workflows.ts'
import { putWorkflowRunProperties } from './operations/put-workflow-run-properties.ts'
import { resetJobBookmark } from './operations/reset-job-bookmark.ts'
import { resumeWorkflowRun } from './operations/resume-workflow-run.ts'
import { startCrawler } from './operations/start-crawler.ts'
import { startCrawlerSchedule } from './operations/start-crawler-schedule.ts'
import { startJobRun } from './operations/start-job-run.ts'
import { startTrigger } from './operations/start-trigger.ts'
import { startWorkflowRun } from './operations/start-workflow-run.ts'
import { stopCrawler } from './operations/stop-crawler.ts'
import { stopCrawlerSchedule } from './operations/stop-crawler-schedule.ts'
import { stopTrigger } from './operations/stop-trigger.ts'
import { stopWorkflowRun } from './operations/stop-workflow-run.ts'
import { tagResource } from './operations/tag-resource.ts'
import { untagResource } from './operations/untag-resource.ts'
import { updateClassifier } from './operations/update-classifier.ts'
import { updateCrawler } from './operations/update-crawler.ts'
import { updateCrawlerSchedule } from './operations/update-crawler-schedule.ts'
import { updateDatabase } from './operations/update-database.ts'
import { updateJob } from './operations/update-job.ts'
import { updatePartition } from './operations/update-partition.ts'
import { updateTable } from './operations/update-table.ts'
import { updateTrigger } from './operations/update-trigger.ts'
import { updateWorkflow } from './operations/update-workflow.ts'

/** Every operation of Glue that is built. */
export const glueOperations = [
  batchCreatePartition,
  batchDeletePartition,
  batchDeleteTableVersion,
  batchDeleteTable,
  batchGetCrawlers,
  batchGetJobs,
  batchGetPartition,
  batchGetTriggers,
  batchStopJobRun,
  batchUpdatePartition,
  createClassifier,
  createCrawler,
  createDatabase,
  createJob,
  createPartition,
  createTable,
  createTrigger,
  deleteClassifier,
  deleteCrawler,
  deleteDatabase,
  deleteJob,
  deletePartition,
  deleteTableVersion,
  deleteTable,
  deleteTrigger,
  getCatalogImportStatus,
  getClassifier,
  getClassifiers,
  getCrawlerMetrics,
  getCrawler,
  getCrawlers,
  getDatabase,
  getDatabases,
  getJobBookmark,
  getJobRun,
  getJobRuns,
  getJob,
  getJobs,
  getPartitionIndexes,
  getPartition,
  getPartitions,
  getTableVersion,
  getTableVersions,
  getTable,
  getTables,
  getTags,
  getTrigger,
  getTriggers,
  listCrawlers,
  listCrawls,
  listJobs,
  listTriggers,
  resetJobBookmark,
  startCrawlerSchedule,
  startCrawler,
  startJobRun,
  startTrigger,
  stopCrawlerSchedule,
  stopCrawler,
  stopTrigger,
  tagResource,
  untagResource,
  updateClassifier,
  updateCrawlerSchedule,
  updateCrawler,
  updateDatabase,
  updateJob,
  updatePartition,
  updateTable,
  updateTrigger,
  batchGetWorkflows,
  createWorkflow,
  deleteWorkflow,
  getWorkflow,
  getWorkflowRun,
  getWorkflowRuns,
  getWorkflowRunProperties,
  listWorkflows,
  putWorkflowRunProperties,
  resumeWorkflowRun,
  startWorkflowRun,
  stopWorkflowRun,
  updateWorkflow,
] as const
