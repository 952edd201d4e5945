import type { Disk } from '../../../base/disk.ts'
import { ServiceError } from '../../../base/errors.ts'
import type { Scope } from '../../../base/scope.ts'
import type { ObjectAccess, ObjectSummary } from '../../s3/objects/object-access.ts'
import type { GlueCatalog } from '../catalog-store.ts'
import { limits } from '../limits.ts'
import type { S3Path } from '../s3-path.ts'
import { parseS3Path } from '../s3-path.ts'
import type { FoundTable } from './catalog-sync.ts'
import { syncCatalog } from './catalog-sync.ts'
import type { Classifier } from './classify-object.ts'
import { classifyObject } from './classify-object.ts'
import type { CrawlOptions } from './crawl-options.ts'
import { parseConfiguration } from './crawl-options.ts'
import type { CrawlJournal } from './crawl-report.ts'
import type { Crawler, CrawlerTarget } from './crawlers.ts'
import type { Folder } from './folder-tree.ts'
import { createFolder, fileObjects, foldersWithObjects, TooManyFolders } from './folder-tree.ts'
import { globPattern } from './glob.ts'
import type { KnownData } from './known-data.ts'
import { readKnownData } from './known-data.ts'
import type { DataSet, FolderContents } from './table-plan.ts'
import { contentsOfFiles, planTables } from './table-plan.ts'

export interface CrawlDeps {
  readonly catalog: GlueCatalog
  readonly objects: ObjectAccess
  readonly disk: Disk
}

export interface CrawlRequest {
  readonly scope: Scope
  readonly crawler: Crawler
  readonly classifiers: ReadonlyArray<Classifier>
  readonly journal: CrawlJournal
  readonly nowMs: number
  /** Asked between objects; true ends the crawl where it is. */
  readonly shouldStop: () => Promise<boolean>
}

/** A reason that stands in the crawler's last crawl. */
export class CrawlFailure extends Error {}

/**
 * Runs one crawl from its beginning to its end: reads the targets, decides on the tables, and
 * brings the catalog up to date. Answers false when it was stopped; what was written until then
 * stays. Rejects with `CrawlFailure` or a `ServiceError` when the fault lies with the crawler's
 * definition or data.
 */
export async function crawl(deps: CrawlDeps, request: CrawlRequest): Promise<boolean> {
  const { crawler, scope, journal, nowMs } = request
  const options = parseConfiguration(crawler.configuration)
  const newFoldersOnly = crawler.recrawl === 'CRAWL_NEW_FOLDERS_ONLY'
  await deps.catalog.database(scope, crawler.database)
  journal.say('BENCHMARK', `Running Start Crawl for Crawler ${crawler.name}`)
  const known = newFoldersOnly
    ? await readKnownData(deps.catalog, scope, crawler.database, crawler.name)
    : undefined
  const found: FoundTable[] = []
  const targets: string[] = []
  for (const target of crawler.targets) {
    const path = parseS3Path(target.path)
    targets.push(`s3://${path.bucket}/${path.key}`)
    const tables = await crawlTarget(deps, request, { target, path, options, known })
    if (!tables) return false
    found.push(...tables)
  }
  const tablesMax = Math.min(options.tablesMax ?? limits.crawlTablesMax, limits.crawlTablesMax)
  if (found.length > tablesMax) {
    throw new CrawlFailure(
      `The number of tables detected by crawler: ${found.length} is greater than the table threshold value provided: ${tablesMax}. No tables have been created or updated.`,
    )
  }
  journal.say(
    'BENCHMARK',
    `Classification complete, writing results to database ${crawler.database}`,
  )
  await syncCatalog(
    { catalog: deps.catalog, scope, journal, nowMs },
    found,
    crawler.name,
    targets,
    { ...crawler, newFoldersOnly, options },
  )
  journal.say('BENCHMARK', 'Finished writing to Catalog')
  return true
}

interface TargetWork {
  readonly target: CrawlerTarget
  readonly path: S3Path
  readonly options: CrawlOptions
  readonly known: KnownData | undefined
}

async function crawlTarget(
  deps: CrawlDeps,
  request: CrawlRequest,
  work: TargetWork,
): Promise<FoundTable[] | undefined> {
  const { path, target, options, known } = work
  const root = await readTree(deps, request, work)
  const forced = options.combine || options.tableLevel !== undefined
  const contents = new Map<Folder, FolderContents>()
  for (const folder of foldersWithObjects(root)) {
    const seen = known?.get(`s3://${path.bucket}/${folder.prefix}`)
    if (seen) {
      contents.set(folder, { data: seen, files: [] })
      continue
    }
    const files = await classifyFolder(deps, request, path.bucket, folder)
    if (!files) return undefined
    contents.set(folder, scaled(folder, contentsOfFiles(files, forced)))
  }
  const plans = planTables(root, (folder) => contents.get(folder), options)
  const labels = {
    crawler: request.crawler.name,
    bucket: path.bucket,
    exclusions: target.exclusions,
  }
  return plans.map((plan) => ({ plan, labels }))
}

async function readTree(
  { objects }: CrawlDeps,
  { scope }: CrawlRequest,
  { path, target }: TargetWork,
): Promise<Folder> {
  const { bucket, key } = path
  if (!(await objects.bucketExists(scope, bucket))) {
    throw new CrawlFailure(`The specified bucket does not exist: ${bucket}`)
  }
  const single = key !== '' && !key.endsWith('/') && (await objects.head(scope, bucket, key))
  const prefix = key === '' || key.endsWith('/') ? key : `${key}/`
  const parts = prefix.split('/').filter((part) => part !== '')
  const root = createFolder(parts.at(-1) ?? bucket, single ? key : prefix, parts.length + 1)
  if (single) {
    root.sample.push(single)
    root.objectCount = 1
    root.sizeBytes = single.sizeBytes
    return root
  }
  const patterns = target.exclusions.map(globPattern)
  const sampleMax = Math.min(target.sampleSize ?? limits.crawlSampleMax, limits.crawlSampleMax)
  const tree = { sampleMax, foldersMax: limits.crawlFoldersMax }
  const isExcluded = (relative: string) => patterns.some((pattern) => pattern.test(relative))
  try {
    await fileObjects(root, objects.list(scope, bucket, prefix), tree, isExcluded)
  } catch (error) {
    if (!(error instanceof TooManyFolders)) throw error
    throw new CrawlFailure(`More than ${limits.crawlFoldersMax} folders below ${target.path}`)
  }
  return root
}

type ClassifiedFile = DataSet & { readonly key: string }

/** Undefined when the crawl is to stop. */
async function classifyFolder(
  deps: CrawlDeps,
  request: CrawlRequest,
  bucket: string,
  folder: Folder,
): Promise<ClassifiedFile[] | undefined> {
  const files: ClassifiedFile[] = []
  for (const [at, object] of folder.sample.entries()) {
    if (at % limits.crawlStopCheckEvery === 0 && (await request.shouldStop())) return undefined
    const limitBytes =
      at < limits.crawlDeepSamples ? limits.crawlHeadBytes : limits.crawlShallowHeadBytes
    const schema = await classifyOne(deps, request, bucket, object, limitBytes)
    if (schema) {
      files.push({ schema, key: object.key, objectCount: 1, sizeBytes: object.sizeBytes })
    }
  }
  return files
}

async function classifyOne(
  deps: CrawlDeps,
  { scope, classifiers, journal }: CrawlRequest,
  bucket: string,
  object: ObjectSummary,
  limitBytes: number,
) {
  const where = `s3://${bucket}/${object.key}`
  try {
    const found = await classifyObject(deps, { scope, bucket, object, classifiers, limitBytes })
    if (!('unknown' in found)) {
      if (found.csv?.quoted && !found.csv.serde) {
        journal.say('WARN', `${where} has values in quotes: OpenCSVSerde would read it better`)
      }
      return found
    }
    journal.say('WARN', `Could not classify ${where}: ${found.unknown}`)
  } catch (error) {
    // It was there when the folder was listed.
    if (!(error instanceof ServiceError) || error.code !== 'NoSuchKey') throw error
    journal.say('INFO', `${where} went away`)
  }
  return undefined
}

/** A folder of which only a sample was looked into counts whole. */
function scaled(folder: Folder, contents: FolderContents): FolderContents {
  const { data } = contents
  if (!data || folder.objectCount <= folder.sample.length) return contents
  const records = Math.round((data.schema.records * folder.objectCount) / data.objectCount)
  const { objectCount, sizeBytes } = folder
  return { ...contents, data: { schema: { ...data.schema, records }, objectCount, sizeBytes } }
}
