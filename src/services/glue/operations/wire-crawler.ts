import type {
  CrawlerTargets,
  CreateCrawlerRequest,
  LastCrawlInfo,
  UpdateCrawlerRequest,
  Crawler as WireCrawler,
} from '@aws-sdk/client-glue'
import { dateOf } from '../../../base/clock.ts'
import { parseSchedule } from '../../../base/schedule.ts'
import type { Scope } from '../../../base/scope.ts'
import { invalidInput, refuseMembers, unsupported } from '../catalog-errors.ts'
import { parseConfiguration } from '../crawler/crawl-options.ts'
import { crawlStatuses } from '../crawler/crawl-runner.ts'
import { crawlerLogGroup } from '../crawler/crawler-events.ts'
import type { Crawl, Crawler, CrawlerDefinition, CrawlerTarget } from '../crawler/crawlers.ts'
import { globPattern } from '../crawler/glob.ts'
import { parseS3Path } from '../s3-path.ts'

type CrawlerRequest = CreateCrawlerRequest | UpdateCrawlerRequest

/** The members that the request sets; an update leaves the others as they are. */
export function crawlerFromWire(input: CrawlerRequest): Partial<CrawlerDefinition> {
  refuseUnbuilt(input)
  if (input.Schedule) checkSchedule(input.Schedule)
  if (input.Configuration !== undefined) parseConfiguration(input.Configuration)
  const { SchemaChangePolicy: policy, RecrawlPolicy: recrawl } = input
  return {
    ...(input.Role !== undefined && { role: input.Role }),
    ...(input.Targets && { targets: targetsFromWire(input.Targets) }),
    ...(input.DatabaseName !== undefined && { database: input.DatabaseName.toLowerCase() }),
    ...(input.Description !== undefined && { description: input.Description }),
    ...(input.Classifiers && { classifiers: input.Classifiers }),
    ...(input.TablePrefix !== undefined && { tablePrefix: input.TablePrefix }),
    ...(input.Schedule !== undefined && { schedule: input.Schedule }),
    ...(policy?.UpdateBehavior && { update: policy.UpdateBehavior }),
    ...(policy?.DeleteBehavior && { remove: policy.DeleteBehavior }),
    ...(recrawl?.RecrawlBehavior && { recrawl: recrawlFromWire(recrawl.RecrawlBehavior) }),
    ...(input.Configuration !== undefined && { configuration: input.Configuration }),
  }
}

function refuseUnbuilt(input: CrawlerRequest): void {
  if (input.CrawlerSecurityConfiguration) throw unsupported('CrawlerSecurityConfiguration')
  if (input.LineageConfiguration?.CrawlerLineageSettings === 'ENABLE') {
    throw unsupported('LineageConfiguration')
  }
  if (input.LakeFormationConfiguration?.UseLakeFormationCredentials) {
    throw unsupported('LakeFormationConfiguration')
  }
}

function recrawlFromWire(behavior: string): CrawlerDefinition['recrawl'] {
  if (behavior === 'CRAWL_EVERYTHING' || behavior === 'CRAWL_NEW_FOLDERS_ONLY') return behavior
  throw unsupported(`RecrawlBehavior ${behavior}`)
}

/** AWS Glue Developer Guide, "Incremental crawls": new folders only needs LOG for both. */
export function checkPolicy(definition: CrawlerDefinition): void {
  if (definition.recrawl !== 'CRAWL_NEW_FOLDERS_ONLY') return
  if (definition.update === 'LOG' && definition.remove === 'LOG') return
  throw invalidInput(
    'The SchemaChangePolicy for "Crawl new folders only" Amazon S3 target can have only LOG DeleteBehavior value and LOG UpdateBehavior value.',
  )
}

export function checkSchedule(expression: string): void {
  if (!expression.startsWith('cron(') || !parseSchedule(expression)) {
    throw invalidInput(`Invalid schedule expression: ${expression}`)
  }
}

const otherTargets = [
  'JdbcTargets',
  'MongoDBTargets',
  'DynamoDBTargets',
  'CatalogTargets',
  'DeltaTargets',
  'IcebergTargets',
  'HudiTargets',
] as const

function targetsFromWire(targets: CrawlerTargets): CrawlerTarget[] {
  const other = otherTargets.find((name) => (targets[name]?.length ?? 0) > 0)
  if (other) throw unsupported(`Targets.${other}`)
  if (!targets.S3Targets || targets.S3Targets.length === 0) {
    throw invalidInput('Crawler must have at least one target')
  }
  return targets.S3Targets.map((target) => {
    refuseMembers(target, ['EventQueueArn', 'DlqEventQueueArn'])
    if (target.ConnectionName) throw unsupported('S3Targets.ConnectionName')
    const exclusions = target.Exclusions ?? []
    for (const exclusion of exclusions) globPattern(exclusion)
    const path = target.Path ?? ''
    // AWS: a target without a scheme is taken for an S3 path.
    const full = path.includes('://') ? path : `s3://${path}`
    parseS3Path(full)
    return {
      path: full,
      exclusions,
      ...(target.SampleSize !== undefined && { sampleSize: target.SampleSize }),
    }
  })
}

export function crawlerToWire(crawler: Crawler, scope: Scope, nowMs: number): WireCrawler {
  const running = crawler.state !== 'READY'
  return {
    Name: crawler.name,
    Role: crawler.role,
    Targets: targetsToWire(crawler),
    DatabaseName: crawler.database,
    Description: crawler.description,
    Classifiers: [...crawler.classifiers],
    RecrawlPolicy: { RecrawlBehavior: crawler.recrawl },
    SchemaChangePolicy: { UpdateBehavior: crawler.update, DeleteBehavior: crawler.remove },
    LineageConfiguration: { CrawlerLineageSettings: 'DISABLE' },
    State: crawler.state,
    TablePrefix: crawler.tablePrefix || undefined,
    Schedule: crawler.schedule
      ? { ScheduleExpression: crawler.schedule, State: crawler.scheduleState }
      : undefined,
    CrawlElapsedTime: running ? nowMs - (crawler.startedMs ?? nowMs) : 0,
    CreationTime: dateOf(crawler.createdMs),
    LastUpdated: dateOf(crawler.updatedMs),
    LastCrawl: crawler.lastCrawl && lastCrawlToWire(crawler.name, crawler.lastCrawl),
    Version: crawler.version,
    Configuration: crawler.configuration,
    LakeFormationConfiguration: { UseLakeFormationCredentials: false, AccountId: '' },
    CatalogId: scope.accountId,
  }
}

function targetsToWire({ targets }: Crawler): CrawlerTargets {
  return {
    S3Targets: targets.map(({ path, exclusions, sampleSize }) => ({
      Path: path,
      Exclusions: [...exclusions],
      SampleSize: sampleSize,
    })),
    JdbcTargets: [],
    MongoDBTargets: [],
    DynamoDBTargets: [],
    CatalogTargets: [],
    DeltaTargets: [],
    IcebergTargets: [],
    HudiTargets: [],
  }
}

function lastCrawlToWire(name: string, crawl: Crawl): LastCrawlInfo {
  return {
    Status: crawl.state === 'RUNNING' ? undefined : crawlStatuses[crawl.state],
    ErrorMessage: crawl.error,
    LogGroup: crawlerLogGroup,
    LogStream: name,
    MessagePrefix: crawl.crawlId,
    StartTime: dateOf(crawl.startedMs),
  }
}
