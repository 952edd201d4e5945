import { createRequire as headraceRequire } from 'node:module'; const require = headraceRequire(import.meta.url);
import {
  QueryError,
  sessionSettings
} from "./chunks/chunk-ZAZ53ZWG.js";
import {
  systemClock
} from "./chunks/chunk-VGP4LRHZ.js";
import {
  assert
} from "./chunks/chunk-SJF4ROPC.js";
import {
  EngineError,
  hasErrorCode
} from "./chunks/chunk-VCNPK3W3.js";
import "./chunks/chunk-PPN7SKWG.js";

// src/engines/query/duckdb/session-host.ts
import { mkdir } from "node:fs/promises";
import { DuckDBInstance, JsonDuckDBValueConverter, StatementType } from "@duckdb/node-api";

// src/engines/query/duckdb/carry-over.ts
import { rm } from "node:fs/promises";
import { join } from "node:path";

// src/engines/query/duckdb/literal.ts
function quote(text) {
  return `'${text.replaceAll("'", "''")}'`;
}
function quoteName(name) {
  return `"${name.replaceAll('"', '""')}"`;
}

// src/engines/query/duckdb/carry-over.ts
async function carryOver(connection, directory) {
  const databases = await column(
    connection,
    "SELECT database_name FROM duckdb_databases() WHERE NOT internal ORDER BY database_oid"
  );
  const current = await column(
    connection,
    `SELECT format('"{}"."{}"', replace(current_database(), '"', '""'),
       replace(current_schema(), '"', '""'))`
  );
  const files = databases.map((name, index) => ({ name, path: join(directory, `carry-${index}`) }));
  for (const { name, path } of files) {
    await withFile(connection, path, `COPY FROM DATABASE ${quoteName(name)} TO headrace_carry`);
  }
  const restoreTemporary = await carryTemporary(connection, join(directory, "carry-temporary"));
  return async (next) => {
    for (const { name, path } of files) {
      if (name !== "memory") await next.run(`ATTACH ':memory:' AS ${quoteName(name)}`);
      await withFile(next, path, `COPY FROM DATABASE headrace_carry TO ${quoteName(name)}`);
      await rm(path, { force: true });
    }
    await next.run(`USE ${current.join("")}`);
    await restoreTemporary(next);
  };
}
async function carryTemporary(connection, path) {
  const tables = await column(
    connection,
    "SELECT table_name FROM duckdb_tables() WHERE temporary ORDER BY table_oid"
  );
  const views = await column(
    connection,
    "SELECT sql FROM duckdb_views() WHERE temporary AND NOT internal ORDER BY view_oid"
  );
  const names = tables.map(quoteName);
  const save = names.map((name) => `CREATE TABLE headrace_carry.${name} AS FROM temp.main.${name}`);
  await withFile(connection, path, ...save);
  return async (next) => {
    const load = names.map((name) => `CREATE TEMP TABLE ${name} AS FROM headrace_carry.${name}`);
    await withFile(next, path, ...load);
    await rm(path, { force: true });
    for (const view of views) await next.run(view);
  };
}
async function withFile(connection, path, ...statements) {
  if (statements.length === 0) return;
  await connection.run(`ATTACH ${quote(path)} AS headrace_carry`);
  for (const statement of statements) await connection.run(statement);
  await connection.run("DETACH headrace_carry");
}
async function column(connection, sql) {
  const reader = await connection.runAndReadAll(sql);
  return reader.getRows().map(([value]) => String(value));
}

// src/engines/query/duckdb/scan-meter.ts
import { open } from "node:fs/promises";
import { join as join2 } from "node:path";
var LOG_BYTES_MAX = 16 * 1024 * 1024;
var PARQUET = "PAR1";
async function startScanMeter(connection, spillDirectory) {
  const directory = join2(spillDirectory, "log");
  const path = join2(directory, "duckdb_log_entries.csv");
  await connection.run(
    `CALL enable_logging('FileSystem', storage = 'file',
       storage_config = {'path': ${quote(directory)}})`
  );
  let position = 0;
  return {
    async take() {
      const bytesByPath = /* @__PURE__ */ new Map();
      const log = await open(path);
      try {
        for await (const line of log.readLines({ start: position, autoClose: false })) {
          const read = parseRead(line);
          if (!read || read.path.startsWith(spillDirectory)) continue;
          bytesByPath.set(read.path, (bytesByPath.get(read.path) ?? 0) + read.bytes);
        }
        position = (await log.stat()).size;
      } finally {
        await log.close();
      }
      if (position > LOG_BYTES_MAX) {
        await connection.run("CALL truncate_duckdb_logs()");
        position = 0;
      }
      let total = 0;
      for (const [file, bytes] of bytesByPath) total += await countedBytes(file, bytes);
      return total;
    }
  };
}
function parseRead(line) {
  if (!line.includes('""op"":""READ""')) return void 0;
  const message = line.slice(line.indexOf('"') + 1, -1).replaceAll('""', '"');
  const { path, bytes } = JSON.parse(message);
  return { path, bytes: Number(bytes) };
}
async function countedBytes(path, read) {
  try {
    const file = await open(path);
    try {
      const head = await file.read(Buffer.alloc(PARQUET.length), 0, PARQUET.length, 0);
      if (head.buffer.toString("latin1") === PARQUET) return read;
      return Math.min(read, (await file.stat()).size);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (hasErrorCode(error, "ENOENT")) return read;
    throw error;
  }
}

// src/engines/query/duckdb/write-target.ts
import { resolve, sep } from "node:path";
function refusalOfWrite(sql, writable) {
  const tokens = topLevelTokens(sql);
  const words = tokens.map((token) => token.kind === "word" ? token.text.toUpperCase() : "");
  if (words[0] === "ATTACH") {
    const target = tokens.find((token) => token.kind === "text");
    if (target?.text === ":memory:") return void 0;
    return refusalOf(target, "ATTACH", writable);
  }
  if (!words.includes("COPY")) return void 0;
  if (words[0] !== "COPY") return "COPY is not permitted inside another statement";
  const to = words.indexOf("TO");
  return to < 0 ? void 0 : refusalOf(tokens[to + 1], "COPY", writable);
}
function refusalOf(target, verb, writable) {
  if (target?.kind !== "text") return `the target of ${verb} must be a path in single quotes`;
  const path = resolve(target.text);
  const inside = writable.some((root) => path === root || path.startsWith(root + sep));
  return inside ? void 0 : `${verb} may not write to ${target.text}`;
}
var TOKEN = new RegExp(
  [
    String.raw`(?<space>\s+|--[^\n]*|/\*[\s\S]*?\*/)`,
    String.raw`(?<escaped>[eE]'(?:\\[\s\S]|''|[^'\\])*')`,
    "'(?<text>(?:''|[^'])*)'",
    String.raw`(?<dollar>\$(?<tag>\w*)\$[\s\S]*?\$\k<tag>\$)`,
    '(?<quoted>"(?:""|[^"])*")',
    String.raw`(?<word>[A-Za-z_][\w$]*)`,
    String.raw`(?<other>[\s\S])`
  ].join("|"),
  "gu"
);
function topLevelTokens(sql) {
  const tokens = [];
  let depth = 0;
  for (const { groups = {} } of sql.matchAll(TOKEN)) {
    if (groups["space"] !== void 0) continue;
    if (groups["other"] === "(") depth++;
    if (depth === 0) {
      if (groups["text"] !== void 0) {
        tokens.push({ kind: "text", text: groups["text"].replaceAll("''", "'") });
      } else if (groups["word"] !== void 0) tokens.push({ kind: "word", text: groups["word"] });
      else tokens.push({ kind: "other", text: groups["other"] ?? "" });
    }
    if (groups["other"] === ")") depth--;
  }
  return tokens;
}

// src/engines/query/duckdb/session-host.ts
var RESULT_BYTES_MAX = 64 * 1024 * 1024;
var PROGRESS_INTERVAL_MS = 200;
var PERMITTED = /* @__PURE__ */ new Set([
  StatementType.SELECT,
  StatementType.INSERT,
  StatementType.UPDATE,
  StatementType.DELETE,
  StatementType.MERGE_INTO,
  StatementType.EXPLAIN,
  StatementType.CREATE,
  StatementType.CREATE_FUNC,
  StatementType.ALTER,
  StatementType.DROP,
  StatementType.TRANSACTION,
  StatementType.COPY,
  StatementType.ANALYZE,
  StatementType.VARIABLE_SET,
  StatementType.SET,
  StatementType.ATTACH,
  StatementType.DETACH
]);
function createSessionHost(settings, clock) {
  let paths = settings.paths;
  let opened;
  return {
    async allow(more) {
      const known = new Set(paths.map(pathKey));
      const added = more.filter((path) => !known.has(pathKey(path)));
      if (added.length === 0) return;
      paths = [...paths, ...added];
      if (!opened) return;
      const { connection, instance } = opened;
      const restore = await carryOver(connection, settings.spillDirectory);
      closeInstance({ connection, instance });
      opened = await openSandbox(settings, paths);
      await restore(opened.connection);
      await opened.meter.take();
    },
    async execute(statement, onProgress) {
      opened ??= await openSandbox(settings, paths);
      const { connection, meter } = opened;
      const prepared = await prepare(connection, statement.sql, paths);
      const watching = new AbortController();
      const watch = statement.progress ? watchProgress(connection, clock, onProgress, watching.signal) : Promise.resolve();
      try {
        prepared.bind([...statement.parameters]);
        const rows = await collect(prepared, statement.rowsMax);
        return { ...rows, scannedBytes: await meter.take() };
      } catch (error) {
        await meter.take();
        throw error;
      } finally {
        watching.abort();
        await watch;
        prepared.destroySync();
      }
    },
    interrupt: () => opened?.connection.interrupt(),
    close() {
      if (opened) closeInstance(opened);
      opened = void 0;
    }
  };
}
function pathKey({ path, writable }) {
  return `${writable ? "w" : "r"}${path}`;
}
function closeInstance({ connection, instance }) {
  connection.closeSync();
  instance.closeSync();
}
async function openSandbox(settings, paths) {
  await mkdir(settings.spillDirectory, { recursive: true });
  const instance = await DuckDBInstance.create(":memory:", {
    memory_limit: `${settings.memoryBytes}B`,
    threads: String(settings.threads),
    temp_directory: settings.spillDirectory,
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    allow_persistent_secrets: "false",
    errors_as_json: "true",
    // Bytes that come from a cache are not counted as read, so a figure would depend on luck.
    enable_external_file_cache: "false"
  });
  const connection = await instance.connect();
  const own = settings.spillDirectory;
  await connection.run(`SET max_temp_directory_size = '${settings.spillBytesMax}B'`);
  await connection.run(`SET enable_progress_bar = true`);
  await connection.run(`SET enable_progress_bar_print = false`);
  await connection.run(`SET timezone = 'UTC'`);
  for (const [name, value] of Object.entries(settings.engine)) {
    if (!sessionSettings.includes(name)) {
      throw new EngineError("invalid", `the setting ${name} is not one of a session's`);
    }
    await connection.run(`SET ${name} = ${quote(String(value))}`);
  }
  const meter = await startScanMeter(connection, settings.spillDirectory);
  const listed = [...paths.map(({ path }) => path)];
  await connection.run(`SET allowed_paths = [${listed.map(quote).join(", ")}]`);
  const directories = [...listed, own].map((path) => path.endsWith("/") ? path : `${path}/`);
  await connection.run(`SET allowed_directories = [${directories.map(quote).join(", ")}]`);
  await connection.run(`SET enable_external_access = false`);
  await connection.run(`SET lock_configuration = true`);
  return { instance, connection, meter };
}
async function prepare(connection, sql, paths) {
  const writable = paths.filter((path) => path.writable).map(({ path }) => path.replace(/\/+$/, ""));
  const refusal = refusalOfWrite(sql, writable);
  if (refusal) throw new QueryError("invalid", refusal, { problem: "not-permitted" });
  if (/^[\s;]*$/.test(sql)) {
    throw new QueryError("invalid", "the statement is empty", { problem: "syntax", position: 0 });
  }
  const statements = await connection.extractStatements(sql);
  if (statements.count !== 1) {
    throw new QueryError("invalid", `one statement expected, found ${statements.count}`, {
      problem: "syntax"
    });
  }
  const prepared = await statements.prepare(0);
  if (PERMITTED.has(prepared.statementType)) return prepared;
  const kind = StatementType[prepared.statementType];
  prepared.destroySync();
  throw new QueryError("invalid", `${kind} statements are not permitted`, {
    problem: "not-permitted"
  });
}
async function collect(prepared, rowsMax) {
  const result = await prepared.stream();
  const columns = result.columnNames().map((name, index) => ({ name, type: result.columnType(index).toString() }));
  const chunks = [];
  let rows = 0;
  let bytes = 0;
  for (; ; ) {
    const chunk = await result.fetchChunk();
    if (!chunk || chunk.rowCount === 0) return { columns, chunks, truncated: false };
    const converted = chunk.convertRows(JsonDuckDBValueConverter);
    const wanted = converted.slice(0, rowsMax - rows);
    const text = JSON.stringify(wanted);
    bytes += text.length;
    rows += wanted.length;
    assert(rows <= rowsMax, "no more rows than asked for");
    chunks.push(text);
    const full = bytes > RESULT_BYTES_MAX;
    if (wanted.length < converted.length || full) return { columns, chunks, truncated: true };
  }
}
async function watchProgress(connection, clock, onProgress, signal) {
  for (; ; ) {
    await clock.sleep(PROGRESS_INTERVAL_MS, signal);
    if (signal.aborted) return;
    const { percentage, rows_processed } = connection.progress;
    onProgress({
      fraction: Math.min(1, Math.max(0, percentage / 100)),
      rows: Number(rows_processed)
    });
  }
}

// src/engines/query/duckdb/statement-errors.ts
var NO_SPACE_LEFT = "28";
function failureOf(error) {
  const text = error instanceof Error ? error.message : String(error);
  const vendor = parseVendorError(text);
  if (!vendor) return { kind: "invalid", message: text, problem: "other" };
  const message = `${vendor.exception_type} Error: ${vendor.exception_message}`;
  const type = vendor.exception_type ?? "";
  if (type === "INTERRUPT") return { kind: "timeout", message, problem: "other" };
  if (type === "Out of Memory" || vendor.errno === NO_SPACE_LEFT) {
    return { kind: "full", message, problem: "other" };
  }
  if (type === "FATAL" || type === "INTERNAL") {
    return { kind: "unavailable", message, problem: "other", fatal: true };
  }
  return {
    kind: "invalid",
    message,
    problem: problemOf(vendor),
    position: vendor.position === void 0 ? void 0 : Number(vendor.position),
    subject: vendor.name
  };
}
function parseVendorError(text) {
  const start = text.indexOf("{");
  if (start < 0) return void 0;
  try {
    const parsed = JSON.parse(text.slice(start));
    return typeof parsed === "object" && parsed !== null ? parsed : void 0;
  } catch {
    return void 0;
  }
}
function problemOf(vendor) {
  if (vendor.error_subtype === "COLUMN_NOT_FOUND") return "column-not-found";
  if (vendor.error_subtype === "NO_MATCHING_FUNCTION") return "type";
  if (vendor.error_subtype === "MISSING_ENTRY") {
    return vendor.type?.includes("Function") ? "function-not-found" : "table-not-found";
  }
  switch (vendor.exception_type) {
    case "Parser":
      return "syntax";
    case "Conversion":
      return "conversion";
    case "Out of Range":
      return "out-of-range";
    case "Permission":
      return "not-permitted";
    case "Not implemented":
      return "not-supported";
    case "Mismatch Type":
    case "Binder":
      return "type";
    case "IO":
      return "file";
    case "Invalid Input":
      return "input";
    default:
      return "other";
  }
}

// src/engines/query/duckdb/child.ts
function main() {
  let host;
  async function handle(request) {
    if (request.kind === "open") {
      host = createSessionHost(request.settings, systemClock);
      return void 0;
    }
    if (!host) throw new EngineError("invalid", "no session is open");
    if (request.kind === "allow") await host.allow(request.paths);
    if (request.kind === "execute") {
      return host.execute(
        request.statement,
        (progress) => send({ id: request.id, kind: "progress", progress })
      );
    }
    if (request.kind === "close") {
      host.close();
      host = void 0;
    }
    return void 0;
  }
  async function answer(request) {
    try {
      const result = await handle(request);
      send({ id: request.id, kind: "done", ...result && { result } });
    } catch (error) {
      send({ id: request.id, kind: "failed", failure: toFailure(error) });
    }
  }
  process.on("message", (message) => {
    if (message.kind === "interrupt") host?.interrupt();
    else void answer(message);
  });
  process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
}
function send(reply) {
  if (process.connected) process.send?.(reply);
}
function toFailure(error) {
  if (error instanceof QueryError) {
    const { kind, message, problem, position, subject } = error;
    return { kind, message, problem, position, subject };
  }
  if (error instanceof EngineError) {
    return { kind: error.kind, message: error.message, problem: "other" };
  }
  return failureOf(error);
}
main();
