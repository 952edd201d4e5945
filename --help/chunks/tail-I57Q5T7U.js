import { createRequire as headraceRequire } from 'node:module'; const require = headraceRequire(import.meta.url);
import {
  require_dist_cjs4 as require_dist_cjs
} from "./chunk-E5KZ3JRU.js";
import {
  deaggregate
} from "./chunk-M5RPCYE6.js";
import {
  endpointOf
} from "./chunk-W3II7F47.js";
import "./chunk-ZSJLCFGF.js";
import {
  dateOf,
  parseTimeMs
} from "./chunk-VGP4LRHZ.js";
import {
  createChildAbort
} from "./chunk-M6NOBN7W.js";
import {
  __toESM
} from "./chunk-PPN7SKWG.js";

// src/cli/tail.ts
var import_client_kinesis2 = __toESM(require_dist_cjs(), 1);
import { isUtf8 } from "node:buffer";

// src/cli/follow-stream.ts
var import_client_kinesis = __toESM(require_dist_cjs(), 1);
var REST_MS = 1e3;
var PAUSE_MS = 250;
async function followStream(request) {
  const all = createChildAbort(request.signal);
  const readings = createReadings({ ...request, signal: all.signal }, () => all.end());
  try {
    for (const { ShardId, ParentShardId, AdjacentParentShardId } of await listShards(request)) {
      readings.add(ShardId ?? "", [ParentShardId, AdjacentParentShardId], request.start);
    }
    await readings.end();
  } catch (error) {
    if (!request.signal.aborted) throw error;
  } finally {
    all.end();
  }
}
function createReadings(request, stop) {
  const running = /* @__PURE__ */ new Map();
  const waiting = /* @__PURE__ */ new Map();
  const finished = /* @__PURE__ */ new Set();
  let failure;
  function begin(shardId, start) {
    waiting.delete(shardId);
    const reading = readShard(request, shardId, start).then(
      (children) => finish(shardId, children),
      (error) => {
        failure ??= error;
        stop();
      }
    );
    running.set(shardId, reading);
  }
  function finish(shardId, children) {
    finished.add(shardId);
    const start = request.start.at === "AT_TIMESTAMP" ? request.start : FROM_START;
    for (const { ShardId = "", ParentShards = [] } of children) add(ShardId, ParentShards, start);
    for (const [child, { parents, start: start2 }] of waiting) {
      parents.delete(shardId);
      if (parents.size === 0) begin(child, start2);
    }
  }
  function add(shardId, parentIds, start) {
    if (running.has(shardId) || waiting.has(shardId) || request.signal.aborted) return;
    const isUnread = (id) => id !== void 0 && (running.has(id) || waiting.has(id)) && !finished.has(id);
    const parents = new Set(parentIds.filter(isUnread));
    if (parents.size === 0) begin(shardId, start);
    else waiting.set(shardId, { parents, start });
  }
  return {
    add,
    /** Resolves when no reading is left, or throws what ended one. */
    async end() {
      for (let waitedFor = -1; waitedFor < running.size; ) {
        waitedFor = running.size;
        await Promise.all(running.values());
      }
      if (failure) throw failure;
    }
  };
}
var FROM_START = { at: "TRIM_HORIZON" };
async function listShards({ client, stream, start, signal }) {
  const timestamp = start.at === "AT_TIMESTAMP" ? dateOf(start.timestampMs) : void 0;
  const filter = {
    LATEST: { Type: "AT_LATEST" },
    TRIM_HORIZON: { Type: "FROM_TRIM_HORIZON" },
    AT_TIMESTAMP: { Type: "FROM_TIMESTAMP", Timestamp: timestamp }
  }[start.at];
  const shards = [];
  for (let NextToken; ; ) {
    const input = NextToken ? { NextToken } : { ...nameOf(stream), ShardFilter: filter };
    const page = await client.send(new import_client_kinesis.ListShardsCommand(input), { abortSignal: signal });
    shards.push(...page.Shards ?? []);
    NextToken = page.NextToken;
    if (!NextToken) return shards;
  }
}
async function readShard(request, shardId, start) {
  const { client, clock, stream, follows, signal, onRecord } = request;
  const named = stream.startsWith("arn:") ? { StreamARN: stream } : {};
  const beganMs = clock.wallMs();
  let last;
  let iterator = await iteratorOf(request, shardId, placeOf(start));
  for (; ; ) {
    const input = { ShardIterator: iterator, ...named };
    const page = await client.send(new import_client_kinesis.GetRecordsCommand(input), { abortSignal: signal }).catch(passing);
    if (page === "expired") {
      iterator = await iteratorOf(request, shardId, placeAfter(last, start, beganMs));
      continue;
    }
    for (const record of page?.Records ?? []) {
      last = record.SequenceNumber;
      onRecord({
        shardId,
        sequenceNumber: record.SequenceNumber ?? "",
        partitionKey: record.PartitionKey ?? "",
        arrivalMs: record.ApproximateArrivalTimestamp?.getTime() ?? 0,
        data: record.Data ?? new Uint8Array()
      });
      if (signal.aborted) return [];
    }
    if (page && !page.NextShardIterator) return page.ChildShards ?? [];
    const isAtEnd = page?.MillisBehindLatest === 0;
    if (isAtEnd && !follows) return [];
    await clock.sleep(isAtEnd ? REST_MS : PAUSE_MS, signal);
    if (signal.aborted) return [];
    iterator = page?.NextShardIterator ?? iterator;
  }
}
async function iteratorOf({ client, stream, signal }, shardId, place) {
  const input = { ...nameOf(stream), ShardId: shardId, ...place };
  const answer = await client.send(new import_client_kinesis.GetShardIteratorCommand(input), { abortSignal: signal });
  return answer.ShardIterator;
}
function placeOf(start) {
  const { at: ShardIteratorType } = start;
  if (start.at !== "AT_TIMESTAMP") return { ShardIteratorType };
  return { ShardIteratorType, Timestamp: dateOf(start.timestampMs) };
}
function placeAfter(last, start, beganMs) {
  if (last !== void 0) {
    return { ShardIteratorType: "AFTER_SEQUENCE_NUMBER", StartingSequenceNumber: last };
  }
  return placeOf(start.at === "LATEST" ? { at: "AT_TIMESTAMP", timestampMs: beganMs } : start);
}
function passing(error) {
  if (error instanceof import_client_kinesis.ProvisionedThroughputExceededException) return void 0;
  if (error instanceof import_client_kinesis.ExpiredIteratorException) return "expired";
  throw error;
}
function nameOf(stream) {
  return stream.startsWith("arn:") ? { StreamARN: stream } : { StreamName: stream };
}

// src/cli/tail.ts
async function tail(flags, stream) {
  const write = writerOf(flags.format ?? "text");
  const limit = limitOf(flags.limit);
  const start = startOf(flags.from ?? "latest");
  const enough = createChildAbort(this.interrupted);
  let count = 0;
  try {
    await followStream({
      client: createClient(this, flags.endpoint),
      clock: this.clock,
      stream,
      start,
      follows: flags.noFollow !== true,
      signal: enough.signal,
      onRecord: (record) => {
        for (const line of apart(record).map(write)) {
          this.print(line);
          if (++count < limit) continue;
          enough.end();
          return;
        }
      }
    });
  } finally {
    enough.end();
  }
}
function apart(record) {
  const inside = deaggregate(record.data);
  if (!inside) return [record];
  return inside.map(({ partitionKey, data }, subSequenceNumber) => {
    return { ...record, partitionKey, data, subSequenceNumber };
  });
}
function writerOf(format) {
  switch (format) {
    case "text":
      return ({ partitionKey, data }) => `${partitionKey}	${textOf(data)}`;
    case "base64":
      return ({ data }) => bytesOf(data).toString("base64");
    case "json":
      return ({ data, arrivalMs, ...rest }) => JSON.stringify({
        ...rest,
        arrival: dateOf(arrivalMs).toISOString(),
        ...isUtf8(data) ? { data: textOf(data) } : { base64: bytesOf(data).toString("base64") }
      });
    default:
      throw new Error(`--format: '${format}' is none of text, json, base64.`);
  }
}
function startOf(from) {
  if (from === "latest") return { at: "LATEST" };
  if (from === "start") return { at: "TRIM_HORIZON" };
  const timestampMs = parseTimeMs(from);
  if (Number.isNaN(timestampMs)) {
    throw new Error(`--from: '${from}' is neither latest, nor start, nor a time in ISO 8601.`);
  }
  return { at: "AT_TIMESTAMP", timestampMs };
}
function limitOf(text) {
  if (text === void 0) return Number.POSITIVE_INFINITY;
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new Error(`--limit: '${text}' is not a count.`);
  return Number(text);
}
function createClient(context, endpointFlag) {
  const { environment } = context;
  const sessionToken = environment["AWS_SESSION_TOKEN"];
  return new import_client_kinesis2.KinesisClient({
    endpoint: endpointOf(context, endpointFlag),
    region: environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"] ?? "us-east-1",
    credentials: {
      accessKeyId: environment["AWS_ACCESS_KEY_ID"] ?? "test",
      secretAccessKey: environment["AWS_SECRET_ACCESS_KEY"] ?? "test",
      ...sessionToken !== void 0 && { sessionToken }
    }
  });
}
function textOf(data) {
  return bytesOf(data).toString("utf8");
}
function bytesOf(data) {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}
export {
  tail
};
