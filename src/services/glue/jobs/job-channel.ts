/**
 * The channel between a running job and this program. The Python side (`python/awsglue`,
 * `python/pyspark`) asks, this side answers; this page is the specification of both.
 *
 * ## Frames
 *
 * The job writes requests to file descriptor 4 and reads answers from file descriptor 3. A frame is
 * one JSON object in UTF-8 on one line, ended by `\n`. A request is at most 16 MiB. Requests are
 * served one at a time, in their order, and every request gets exactly one answer:
 *
 *     → {"id": 7, "op": "sql", "sql": "SELECT 1"}
 *     ← {"id": 7, "result": {"columns": [{"name": "1", "type": "INTEGER"}],
 *                            "rows": [[1]], "truncated": false}}
 *     ← {"id": 7, "error": {"type": "AnalysisException", "message": "Parser Error: …"}}
 *
 * Unknown operations and members are refused (`error.type` `UnsupportedOperationException`), never
 * passed over. Bulk data never crosses the channel: it goes through files in the run's directories.
 * The end of descriptor 3 means that the server has gone: the job should end.
 *
 * ## Directories
 *
 * The script is started by `python -m headrace_job <script> --NAME value …`, with the libraries of
 * `--extra-py-files` in `HEADRACE_EXTRA_PY_FILES` (paths joined by `:`). It runs in `work` (also
 * its current directory), where it may write what it likes; the SQL session may read and write it
 * too. `input` holds the objects that were asked for by `source.*`, under their own names,
 * `input/<bucket>/<key>`; they are the store's own bytes: READ ONLY, for the session and for
 * Python. Both go away when the run ends.
 *
 * ## Errors
 *
 * `AnalysisException` (bad SQL; the engine's own words), `Py4JJavaError` (the engine failed:
 * memory, gone), `EntityNotFoundException`, `AlreadyExistsException`, `InvalidInputException`,
 * `NoSuchBucket` and the other service codes by their names, `UnsupportedOperationException`.
 *
 * ## Operations
 *
 * `start {}` → `{protocol: 1, kind: "glueetl"|"pythonshell", jobName, runId, accountId, region,
 *   work, input, temporaryDirectory?, bookmark:
 *   "job-bookmark-enable"|"job-bookmark-disable"|"job-bookmark-pause", endpointUrl}`
 *   `temporaryDirectory` is `--TempDir`. Needs no SQL session; may be called at any time.
 *
 * `open {settings: {name: text|bool}}` → `{}`
 *   Opens the run's session with settings of the engine (`sessionSettings` of
 *   `engines/query/port.ts`), which are fixed from then on. Only before the first `sql`, which
 *   opens it without any.
 *
 * `sql {sql, parameters?: [scalar], rowsMax?: number}`
 *     → `{columns: [{name, type}], rows: [[value]], truncated}`
 *   One statement in the run's session (DuckDB dialect), which lives as long as the run: views,
 *   macros and temporary tables stay. 64-bit integers, decimals and timestamps come as text. At
 *   most 10,000 rows unless `rowsMax` says otherwise (1,000,000 at most); more data belongs in a
 *   file: `COPY (…) TO '<work>/x.ndjson' (FORMAT json)`. Refused in a pythonshell job, which has no
 *   session.
 *
 * `failed {message}` → `{}`
 *   The last word of a script that raised (`ValueError: no rows`): the run's `ErrorMessage` if it
 *   then ends with a code other than 0. Without it the message is taken from the last traceback on
 *   stderr.
 *
 * `init {name, arguments?}` → `{bookmark}`
 *   `Job.init`. From here on the sources that carry a `context` obey the job's bookmark.
 *
 * `commit {}` → `{}`
 *   `Job.commit`. Moves the bookmark over everything that the sources have answered since `init`,
 *   durably. Does nothing while bookmarks are disabled or paused. A run that does not get here
 *   reads the same objects again.
 *
 * `source.catalog {database, table, predicate?, catalogPartitionPredicate?, context?}` → Source
 *   The table's objects, pruned by the Spark SQL expression `predicate` (`push_down_predicate`)
 *   over the partition keys, and, with `context`, by the bookmark.
 *
 * `source.paths {paths: ["s3://…"], exclusions?: [glob], recurse?: bool, context?, format?}`
 *     → Source
 *   A path is an object, or a prefix at a `/` border, or has `*`, `?`, `[…]`, `{a,b}` in it.
 *   `recurse` is true unless said otherwise. Folders `key=value` below a path become partition
 *   values. `columns`, `format` and `formatOptions` are absent from the answer. A path with nothing
 *   below it answers no files (Python decides whether that is an error).
 *
 * `Source` =
 *
 *     { "format": "json"|"csv"|"parquet"|"orc"|"avro"|…, "formatOptions": {…},     (catalog only)
 *       "columns": [{"name", "type"}],              Hive types, in order   (catalog only)
 *       "partitionKeys": [{"name", "type"}],        type "string" where found by folder name
 *       "groups": [ { "values": ["2018", null],     one for each partition key; null: absent folder
 *                     "columns"?: [{"name", "type"}],   where a partition's differ from the table's
 *                     "format"?, "formatOptions"?,      likewise, always together
 *                     "files": ["<input>/bucket/key.json.gz"],    keep their key's name and ending
 *                     "keys": ["s3://bucket/key.json.gz"],        one for each file
 *                     "compression": "gzip"|"zstd"|"none" } ],    of text formats; one in a group
 *       "fileCount": 3, "sizeBytes": 12345, "skippedCount": 0 }   skipped: seen by the bookmark
 *
 *   `formatOptions` are named as in Glue's `format_options`: csv `separator`, `quoteChar` (-1:
 *   none), `escaper`, `withHeader`, `skipFirst` (true: the first line is no record); json
 *   `jsonPath`, and `mapping` {column: JSON key} where the SerDe maps names. Objects compressed in
 *   a way that the session cannot read (`.bz2`, `.snappy`, `.lz4` text) are refused by name.
 *
 * `publish {directory, path: "s3://…/", format, compression?, style: "glue"|"spark", mode?,
 *     partitionKeys?}`
 *     → `{objects: ["s3://…"], partitions: [["2018", "05"]], sizeBytes}`
 *   Publishes every file below `directory` (under `work`), which the session wrote, for example by
 *   `COPY … (PARTITION_BY …)`: folders `key=value` are kept (their names must be those of
 *   `partitionKeys`, in order; values arrive percent-encoded, as DuckDB writes them), files are
 *   named as Glue does (`run-1700000000000123-part-block-0-r-00000-snappy.parquet`, text formats
 *   `run-1700000000000123-part-r-00000`, `….gz`) or as Spark does
 *   (`part-00000-<uuid>-c000.snappy.parquet`, `….json.gz`, and an empty `_SUCCESS` at the end).
 *   `format` is `parquet`, `json`, `csv` or `text`. Empty files are left out unless they are all
 *   there is. `compression` (`snappy`, `gzip`, `zstd`, `none`) only makes the file's ending: the
 *   session has compressed. `mode` is Spark's: `append` (default), `overwrite` (objects that were
 *   below the path go away after the new ones are there), `overwrite-partitions` (only below the
 *   partitions written), `errorifexists`, `ignore`. Each object appears whole or not at all; the
 *   files move away from `directory`.
 *
 * `purge {path, retentionHours?, excludeStorageClasses?, partitionPredicate?}` → `{removed}`
 * `purge.table {database, table, retentionHours?, excludeStorageClasses?, partitionPredicate?}`
 *     → `{removed}`
 *   Removes objects older than `retentionHours` (168 unless said otherwise). `partitionPredicate`
 *   prunes as in `source.catalog` (for `purge`: by the folders' names).
 *
 * `catalog.databases {}` → `{databases: [{name, description?, locationUri?}]}`
 * `catalog.tables {database}` → `{tables: ["name"]}`
 * `catalog.table {database, table}`
 *     → `{columns, partitionKeys, location, format, formatOptions, parameters}`
 *
 * `catalog.write {database, table, path, format, columns: [{name, type}],
 *     partitionKeys: [{name, type}], partitions: [[value]], mode?, compression?, formatOptions?,
 *     updateBehavior?: "UPDATE_IN_DATABASE"|"LOG"}` → `{created, updated, partitionsCreated}`
 *   `getSink(…).setCatalogInfo`, `enableUpdateCatalog`, `saveAsTable`: makes the table when absent
 *   (Hive types; formats `json`, `csv`, `parquet`), brings its columns up to date for
 *   `UPDATE_IN_DATABASE`, and adds the partitions that are new. `partitions` is what `publish`
 *   answered. Call it after `publish`.
 */
import { EngineError, ServiceError } from '../../../base/errors.ts'
import type { Logger } from '../../../base/logger.ts'
import type { RunningJob } from '../../../engines/compute/port.ts'
import type { ChannelSession } from './channel-session.ts'
import { channelError } from './channel-session.ts'

const FRAME_BYTES_MAX = 16 * 1024 * 1024

/** Serves the requests of a job, one behind the other, until its end of the channel closes. */
export async function serveChannel(
  job: RunningJob,
  session: ChannelSession,
  log: Logger,
): Promise<void> {
  for await (const frame of frames(job.requests)) {
    const answer = await answerFrame(frame, session, log)
    job.respond(Buffer.from(`${JSON.stringify(answer)}\n`))
  }
}

/** Lines; undefined for one that is too long, after which nothing is read any more. */
async function* frames(
  stream: AsyncIterable<Uint8Array | string>,
): AsyncIterable<Buffer | undefined> {
  let pending: Buffer[] = []
  let size = 0
  for await (const chunk of stream) {
    let rest = Buffer.from(chunk)
    for (let end = rest.indexOf(0x0a); end >= 0; end = rest.indexOf(0x0a)) {
      yield Buffer.concat([...pending, rest.subarray(0, end)])
      pending = []
      size = 0
      rest = rest.subarray(end + 1)
    }
    pending.push(rest)
    size += rest.length
    if (size > FRAME_BYTES_MAX) {
      yield undefined
      return
    }
  }
}

async function answerFrame(frame: Buffer | undefined, session: ChannelSession, log: Logger) {
  const request = frame && parseFrame(frame)
  if (!request) {
    const message = frame ? 'A request is not a JSON object' : 'A request is longer than 16 MiB'
    return { id: null, error: { type: 'InvalidInputException', message } }
  }
  const id = request['id'] ?? null
  try {
    return { id, result: await session.handle(request) }
  } catch (error) {
    const ours = !(error instanceof ServiceError) && !(error instanceof EngineError)
    if (ours) log.error({ err: error, op: request['op'] }, 'a request of a job failed')
    return { id, error: channelError(error) }
  }
}

function parseFrame(frame: Buffer): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(frame.toString('utf8'))
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Readonly<Record<string, unknown>>) : undefined
  } catch {
    return undefined
  }
}
