import { createRequire as headraceRequire } from 'node:module'; const require = headraceRequire(import.meta.url);
import {
  EARLIEST,
  KafkaFault,
  LATEST,
  alterTopicConfigs,
  createKafkaCluster,
  createRecordProducer,
  createTopic,
  deleteRecordsBefore,
  deleteTopic,
  fetchOne,
  fetchPartitions,
  findOffset,
  growTopic,
  isMark,
  isOutOfRange,
  kafkaTopicName,
  partitionSize,
  topicBatchBytesMax
} from "./chunk-GUYAGQAZ.js";
import "./chunk-EECGSN53.js";
import {
  createAbort
} from "./chunk-M6NOBN7W.js";
import {
  CONTROL,
  decodeRecords,
  isSoundBatch,
  openBatch,
  readBatchHeader
} from "./chunk-4O7NB4CF.js";
import {
  encodeKey
} from "./chunk-KJ2O5COV.js";
import "./chunk-56N5GX3A.js";
import "./chunk-SJF4ROPC.js";
import {
  EngineError
} from "./chunk-VCNPK3W3.js";
import "./chunk-PPN7SKWG.js";

// src/engines/log/kafka/partition.ts
function createPartition(id, kafka, { state, version }) {
  return {
    id,
    kafka,
    state,
    version,
    clearTo: state.endOffset ?? state.baseOffset,
    closedAt: state.endOffset,
    startOffset: state.baseOffset,
    isClosing: false,
    isRemoved: false,
    waiters: /* @__PURE__ */ new Set()
  };
}
function clear(partition, offset) {
  const { closedAt = offset } = partition;
  partition.clearTo = Math.max(partition.clearTo, Math.min(offset, closedAt));
  for (const waiter of partition.waiters) {
    if (waiter.offset < partition.clearTo || partition.closedAt !== void 0) waiter.resolve();
  }
}
function closeAt(partition, offset) {
  partition.closedAt = offset;
  clear(partition, offset);
}
function refuseRemoved(partition) {
  if (partition.isRemoved) throw notFound(partition.id);
}
function notFound(id) {
  return new EngineError("not-found", `there is no partition ${id.partition} of ${id.topic}`);
}
function closedPartition(id) {
  return new EngineError("conflict", `partition ${id.partition} of ${id.topic} is closed`);
}

// src/engines/log/kafka/removals.ts
function createRemovals(removeTopic) {
  const groups = /* @__PURE__ */ new Map();
  function newGroup(topic) {
    let decide = () => void 0;
    const stated = new Promise((resolve) => {
      decide = resolve;
    });
    const outcome = stated.then(() => removeTopic(topic));
    outcome.catch(() => void 0);
    return { open: 0, outcome, decide };
  }
  return {
    begin(topic) {
      const group = groups.get(topic) ?? newGroup(topic);
      groups.set(topic, group);
      group.open++;
      return {
        isStated() {
          group.open--;
          if (group.open > 0) return;
          groups.delete(topic);
          group.decide();
        },
        isTopicRemoved: () => group.outcome
      };
    }
  };
}

// src/engines/log/kafka/topic-configs.ts
var SEGMENTS_A_RETENTION = 8;
var SEGMENT_MS_MIN = 6e4;
var SEGMENT_MS_MAX = 7 * 864e5;
var SEGMENT_BYTES_MIN = topicBatchBytesMax;
var NO_LIMIT = "-1";
var LONG_MAX = "9223372036854775807";
function topicConfigs(settings) {
  const { retentionMs, retentionBytes, segmentBytes, segmentMs } = settings;
  if (settings.compaction) throw unsupported("compaction");
  if (settings.keyIds?.some((keyId) => keyId !== "")) throw unsupported("encryption at rest");
  const usualMs = Math.ceil(retentionMs / SEGMENTS_A_RETENTION);
  return {
    ...sharedConfigs,
    "retention.ms": String(retentionMs),
    "retention.bytes": retentionBytes === void 0 ? NO_LIMIT : String(retentionBytes),
    "segment.ms": String(segmentMs ?? clamp(usualMs, SEGMENT_MS_MIN, SEGMENT_MS_MAX)),
    ...segmentBytes !== void 0 && {
      "segment.bytes": String(Math.max(segmentBytes, SEGMENT_BYTES_MIN))
    }
  };
}
var sharedConfigs = {
  "cleanup.policy": "delete",
  "compression.type": "producer",
  "max.message.bytes": String(topicBatchBytesMax),
  "message.timestamp.type": "CreateTime",
  "message.timestamp.before.max.ms": LONG_MAX,
  "message.timestamp.after.max.ms": LONG_MAX,
  "unclean.leader.election.enable": "false"
};
function clamp(value, min, max) {
  return Math.min(max, Math.max(min, value));
}
function unsupported(what) {
  return new EngineError("unsupported", `a log over Apache Kafka has no ${what}`);
}

// src/engines/log/kafka/changes.ts
function createChanges(deps) {
  const { registry, states } = deps;
  const removals = createRemovals(async (topic) => {
    const isAll = await states.areAllRemoved(topic);
    if (isAll) await finishRemoval(deps, topic);
    return isAll;
  });
  return {
    async ensurePartition(id, { closed = false, ...settings }) {
      const known = registry.known(id);
      if (known && closed) known.isClosing = true;
      try {
        await make(deps, id, settings);
        const partition = await registry.find(id);
        if (closed) await close(deps, partition);
      } catch (error) {
        if (known) known.isClosing = false;
        throw error;
      }
    },
    async removePartition(id) {
      await remove({ ...deps, removals }, id);
    }
  };
}
async function make(deps, id, settings) {
  const { cluster, states, registry, topics } = deps;
  const place = registry.placeOf(id);
  const configs = topicConfigs(settings);
  for (; ; ) {
    const found = await states.find(id);
    if (found && found.state.status !== "removed") {
      const { state: state2, version } = found;
      if (JSON.stringify(state2.settings) === JSON.stringify(settings)) return;
      await topics.alter(place.topic, configs);
      if (await states.put(id, { ...state2, settings }, version)) return refresh(deps, id);
      continue;
    }
    if (found && await states.areAllRemoved(id.topic)) {
      await finishRemoval(deps, id.topic);
      continue;
    }
    await topics.ensure(place.topic, place.partition, configs);
    const baseOffset = found ? await findOffset(cluster, place, LATEST) : 0;
    const state = { status: "open", settings, baseOffset };
    if (await states.put(id, state, found?.version ?? 0)) return;
  }
}
async function refresh({ registry, fence }, id) {
  const known = registry.known(id);
  if (known) await fence.reload(known);
}
async function close(deps, partition) {
  const { cluster, producer, states, fence } = deps;
  const { id, kafka } = partition;
  partition.isClosing = true;
  while (partition.state.status !== "closed") {
    const { state, version } = partition;
    if (state.status === "open") {
      const openUntil = await findOffset(cluster, kafka, LATEST, fence.watched(partition));
      await states.put(id, { ...state, status: "closing", openUntil }, version);
    } else {
      const { baseOffset } = await producer.mark(kafka, markOf("closed", deps.wallMs()));
      if (baseOffset === partition.clearTo) closeAt(partition, baseOffset);
      await fence.prove(partition, baseOffset + 1);
      const { closedAt: endOffset } = partition;
      if (endOffset === void 0) throw new EngineError("unavailable", "the end is not found");
      const { openUntil, ...rest } = state;
      await states.put(id, { ...rest, status: "closed", endOffset }, version);
    }
    await fence.reload(partition);
  }
}
async function remove(deps, id) {
  const { cluster, producer, states, registry, removals } = deps;
  const together = removals.begin(id.topic);
  let isThere;
  try {
    isThere = await stateRemoved(states, id);
    const known = registry.known(id);
    if (known) registry.drop(known);
  } finally {
    together.isStated();
  }
  if (await together.isTopicRemoved()) return;
  if (!isThere) return;
  const place = registry.placeOf(id);
  await producer.mark(place, markOf("removed", deps.wallMs()));
  await deleteRecordsBefore(cluster, place, ALL);
}
async function stateRemoved(states, id) {
  for (; ; ) {
    const found = await states.find(id);
    if (!found) return false;
    const { endOffset, openUntil, ...rest } = found.state;
    if (rest.status === "removed") return true;
    if (await states.put(id, { ...rest, status: "removed" }, found.version)) return true;
  }
}
var ALL = -1;
async function finishRemoval(deps, topic) {
  await deleteTopic(deps.cluster, deps.registry.placeOf({ topic, partition: 0 }).topic);
  await deps.states.forgetTopic(topic);
}
function markOf(what, timestampMs) {
  return { key: Buffer.from(`headrace ${what}`), value: null, timestampMs };
}

// src/engines/log/kafka/chunk-cache.ts
var CHUNKS_A_PARTITION = 4;
function createChunkCache(bytesMax) {
  const byPartition = /* @__PURE__ */ new WeakMap();
  const inOrder = /* @__PURE__ */ new Map();
  let sizeBytes = 0;
  function drop(chunk, partition) {
    if (!inOrder.delete(chunk)) return;
    sizeBytes -= chunk.sizeBytes;
    const chunks = byPartition.get(partition);
    chunks?.splice(chunks.indexOf(chunk), 1);
  }
  return {
    find: (partition, offset) => byPartition.get(partition)?.find((chunk) => chunk.fromOffset <= offset && offset < chunk.endOffset),
    add(partition, chunk) {
      if (chunk.batches.length === 0) return;
      const chunks = byPartition.get(partition) ?? [];
      byPartition.set(partition, chunks);
      chunks.push(chunk);
      inOrder.set(chunk, partition);
      sizeBytes += chunk.sizeBytes;
      const [oldest] = chunks;
      if (oldest && chunks.length > CHUNKS_A_PARTITION) drop(oldest, partition);
      for (const [first, owner] of inOrder) {
        if (sizeBytes <= bytesMax) break;
        drop(first, owner);
      }
    }
  };
}

// src/engines/log/kafka/chunk.ts
function readChunk(records, offset) {
  const batches = [];
  let markOffset;
  let fromOffset = offset;
  let endOffset = offset;
  let at = 0;
  for (; ; ) {
    const header = readBatchHeader(records, at);
    if (!header || at + header.sizeBytes > records.length) break;
    const bytes = records.subarray(at, at + header.sizeBytes);
    at += header.sizeBytes;
    if (header.endOffset <= offset) continue;
    if (!isSoundBatch(bytes)) {
      throw new EngineError("corrupt", `the batch at offset ${header.baseOffset} is damaged`);
    }
    if (isMark(bytes)) {
      markOffset = header.baseOffset;
      break;
    }
    if (batches.length === 0) fromOffset = Math.min(offset, header.baseOffset);
    endOffset = header.endOffset;
    batches.push({ header, bytes });
  }
  return { fromOffset, endOffset, markOffset, batches, sizeBytes: at };
}
function recordsOf(chunk, offset, limits) {
  const records = [];
  const budget = {
    recordsLeft: Math.min(limits.recordsMax, limits.endOffset - offset),
    bytesLeft: limits.bytesMax
  };
  let nextOffset = offset;
  for (const { header, bytes } of chunk.batches) {
    if (header.endOffset <= nextOffset) continue;
    if (header.baseOffset >= limits.endOffset || budget.recordsLeft <= 0) break;
    if (budget.bytesLeft <= 0 && records.length > 0) break;
    const open = (header.attributes & CONTROL) === 0 ? openBatch(header, bytes) : void 0;
    nextOffset = open ? decodeRecords(open, nextOffset, budget, records) : header.endOffset;
  }
  return { records, nextOffset: Math.min(nextOffset, limits.endOffset) };
}

// src/engines/log/kafka/fence.ts
var RECORDS_MAX = 2e3;
var BYTES_MAX = 1 << 20;
function createFence(deps) {
  const { cluster, states, cache } = deps;
  const proving = /* @__PURE__ */ new WeakMap();
  async function reload(partition) {
    const found = await states.find(partition.id);
    const isGone = !found || found.state.status === "removed";
    if (isGone || found.state.baseOffset > partition.state.baseOffset) deps.drop(partition);
    refuseRemoved(partition);
    if (!found) return;
    partition.state = found.state;
    partition.version = found.version;
    if (found.state.endOffset !== void 0) closeAt(partition, found.state.endOffset);
  }
  function watched(partition) {
    return {
      async onFault({ code }) {
        if (code === "UNKNOWN_TOPIC_OR_PARTITION") await reload(partition);
      }
    };
  }
  async function absorb(partition, chunk) {
    if (chunk.fromOffset > partition.clearTo) {
      return prove(
        partition,
        chunk.markOffset === void 0 ? chunk.endOffset : chunk.markOffset + 1
      );
    }
    cache.add(partition, chunk);
    clear(partition, chunk.endOffset);
    if (chunk.markOffset === void 0 || partition.closedAt !== void 0) return;
    await reload(partition);
    if (partition.closedAt === void 0) closeAt(partition, chunk.markOffset);
  }
  async function passGone(partition) {
    const { version, kafka } = partition;
    const earliest = await findOffset(cluster, kafka, EARLIEST, watched(partition));
    if (await states.isStill(partition.id, version)) clear(partition, earliest);
    else await reload(partition);
  }
  async function readOn(partition) {
    const from = partition.clearTo;
    const wish = { ...partition.kafka, offset: from, bytesMax: BYTES_MAX };
    try {
      const { records } = await fetchOne(cluster, wish, watched(partition));
      await absorb(partition, readChunk(records, from));
    } catch (error) {
      if (!isOutOfRange(error)) throw error;
      await passGone(partition);
    }
    return partition.clearTo > from || partition.closedAt !== void 0;
  }
  async function proveSome(partition, offset) {
    const isMuch = offset - partition.clearTo > RECORDS_MAX;
    if (partition.state.status === "open") {
      if (!isMuch && await readOn(partition)) return;
      if (await states.isStill(partition.id, partition.version)) return clear(partition, offset);
      return reload(partition);
    }
    clear(partition, Math.min(partition.state.openUntil ?? 0, offset));
    await cluster.persist(async () => {
      const isProved = partition.clearTo >= offset || partition.closedAt !== void 0;
      if (!isProved && !await readOn(partition)) {
        throw new KafkaFault("OFFSET_NOT_AVAILABLE", `records of ${partition.kafka.topic}`);
      }
    });
  }
  async function prove(partition, offset) {
    while (partition.closedAt === void 0 && partition.clearTo < offset) {
      refuseRemoved(partition);
      let some = proving.get(partition);
      if (!some) {
        some = proveSome(partition, offset).finally(() => proving.delete(partition));
        proving.set(partition, some);
      }
      await some;
    }
  }
  return { prove, absorb, reload, watched };
}

// src/engines/log/kafka/partition-states.ts
var ROOT = "log/kafka";
var PAGE = 1e3;
function createPartitionStates(meta, prefix) {
  const keyOf2 = ({ topic, partition }) => encodeKey([ROOT, prefix, topic, partition]);
  async function* all(topic) {
    const range = { prefix: encodeKey([ROOT, prefix, topic]), limit: PAGE };
    for (let after; ; ) {
      const page = await meta.scan({ ...range, ...after && { after } });
      yield* page;
      after = page.at(-1)?.key;
      if (page.length < PAGE) return;
    }
  }
  return {
    async find(id) {
      const entry = await meta.get(keyOf2(id));
      return entry && { state: decode(entry.value), version: entry.version };
    },
    put: (id, state, version) => {
      const key = keyOf2(id);
      return whetherHeld(
        meta.commit({
          checks: [{ key, version }],
          puts: [{ key, value: Buffer.from(JSON.stringify(state)) }]
        })
      );
    },
    // A commit, not a read: it has its place among the changes of all nodes.
    isStill: (id, version) => whetherHeld(meta.commit({ checks: [{ key: keyOf2(id), version }] })),
    async areAllRemoved(topic) {
      let isAny = false;
      for await (const { value } of all(topic)) {
        if (decode(value).status !== "removed") return false;
        isAny = true;
      }
      return isAny;
    },
    async forgetTopic(topic) {
      const removals = [];
      for await (const { key } of all(topic)) removals.push(key);
      for (let at = 0; at < removals.length; at += PAGE) {
        await meta.commit({ removals: removals.slice(at, at + PAGE) });
      }
    }
  };
}
function decode(value) {
  return JSON.parse(Buffer.from(value).toString("utf8"));
}
async function whetherHeld(commit) {
  try {
    await commit;
    return true;
  } catch (error) {
    if (error instanceof EngineError && error.kind === "conflict") return false;
    throw error;
  }
}

// src/engines/log/kafka/reads.ts
var FETCH_BYTES_MIN = 256 << 10;
var FETCH_BYTES_MAX = 16 << 20;
function createReads(deps) {
  const { cluster, fence, registry } = deps;
  async function boundsOf(partition) {
    const watched = fence.watched(partition);
    const [earliest, latest, sizeBytes] = await Promise.all([
      findOffset(cluster, partition.kafka, EARLIEST, watched),
      findOffset(cluster, partition.kafka, LATEST, watched),
      partitionSize(cluster, partition.kafka, watched)
    ]);
    await fence.prove(partition, latest);
    const endOffset = partition.closedAt ?? partition.clearTo;
    partition.startOffset = Math.max(partition.startOffset, Math.min(earliest, endOffset));
    const { startOffset } = partition;
    return { startOffset, endOffset, sizeBytes: startOffset < endOffset ? sizeBytes : 0 };
  }
  const methods = {
    async read(id, request) {
      return read(deps, await registry.find(id), request);
    },
    async bounds(id) {
      return boundsOf(await registry.find(id));
    },
    async offsetAt(id, timestampMs) {
      const partition = await registry.find(id);
      const atMs = Math.max(0, timestampMs);
      const found = await findOffset(cluster, partition.kafka, atMs, fence.watched(partition));
      if (found < 0) return (await boundsOf(partition)).endOffset;
      await fence.prove(partition, found + 1);
      const { startOffset, closedAt = found } = partition;
      return Math.max(startOffset, Math.min(found, closedAt));
    },
    async trim(id, offset) {
      const partition = await registry.find(id);
      const { startOffset, endOffset } = await boundsOf(partition);
      if (offset > endOffset) throw outside(offset, startOffset, endOffset);
      if (offset <= startOffset) return;
      const watched = fence.watched(partition);
      await deleteRecordsBefore(cluster, partition.kafka, offset, watched);
      partition.startOffset = Math.max(partition.startOffset, offset);
    }
  };
  return { methods, boundsOf };
}
async function read(deps, partition, { offset, recordsMax, bytesMax }) {
  const { fence, cache } = deps;
  refuseOutside(partition, offset);
  if (offset === partition.closedAt) return { records: [], nextOffset: offset, endOffset: offset };
  let chunk = cache.find(partition, offset);
  let highWatermark = 0;
  if (!chunk) {
    const fetched = await fetchChunk(deps, partition, offset, bytesMax);
    chunk = fetched.chunk;
    highWatermark = fetched.highWatermark;
    await fence.absorb(partition, chunk);
    refuseOutside(partition, offset);
  }
  const limits = { endOffset: Math.min(chunk.endOffset, partition.clearTo), recordsMax, bytesMax };
  const { records, nextOffset } = recordsOf(chunk, offset, limits);
  if (nextOffset < highWatermark && partition.clearTo <= nextOffset) {
    await fence.prove(partition, highWatermark);
  }
  return { records, nextOffset, endOffset: Math.max(nextOffset, partition.clearTo) };
}
async function fetchChunk({ cluster, fence }, partition, offset, bytesMax) {
  const wanted = Math.min(FETCH_BYTES_MAX, Math.max(FETCH_BYTES_MIN, bytesMax));
  const wish = { ...partition.kafka, offset, bytesMax: wanted };
  try {
    const answer = await fetchOne(cluster, wish, fence.watched(partition));
    partition.startOffset = Math.max(
      partition.startOffset,
      Math.min(answer.logStartOffset, partition.closedAt ?? answer.logStartOffset)
    );
    return { chunk: readChunk(answer.records, offset), highWatermark: answer.highWatermark };
  } catch (error) {
    if (!isOutOfRange(error)) throw error;
    throw outside(offset, partition.startOffset, partition.clearTo);
  }
}
function refuseOutside(partition, offset) {
  const { startOffset, closedAt = Number.POSITIVE_INFINITY } = partition;
  if (offset < startOffset || offset > closedAt) throw outside(offset, startOffset, closedAt);
}
function outside(offset, startOffset, endOffset) {
  return new EngineError("invalid", `offset ${offset} is not from ${startOffset} to ${endOffset}`);
}

// src/engines/log/kafka/registry.ts
function createRegistry(states, prefix) {
  const partitions = /* @__PURE__ */ new Map();
  const finding = /* @__PURE__ */ new Map();
  const places = /* @__PURE__ */ new Map();
  const placeOf = ({ topic, partition }) => {
    return { topic: kafkaTopicName(prefix, topic), partition };
  };
  async function load(id) {
    const found = await states.find(id);
    if (!found || found.state.status === "removed") throw notFound(id);
    const partition = createPartition(id, placeOf(id), found);
    partitions.set(keyOf(id), partition);
    places.set(keyOf(partition.kafka), partition);
    return partition;
  }
  return {
    known: (id) => partitions.get(keyOf(id)),
    async find(id) {
      const key = keyOf(id);
      const known = partitions.get(key);
      if (known) return known;
      let found = finding.get(key);
      if (!found) {
        found = load(id).finally(() => finding.delete(key));
        finding.set(key, found);
      }
      return found;
    },
    byPlace: (topic, partition) => places.get(keyOf({ topic, partition })),
    placeOf,
    drop(partition) {
      partition.isRemoved = true;
      if (partitions.get(keyOf(partition.id)) === partition) partitions.delete(keyOf(partition.id));
      const place = keyOf(partition.kafka);
      if (places.get(place) === partition) places.delete(place);
      for (const waiter of partition.waiters) waiter.reject(notFound(partition.id));
    },
    all: () => partitions.values()
  };
}
function keyOf({ topic, partition }) {
  return `${partition}/${topic}`;
}

// src/engines/log/kafka/tail.ts
var LANES = [0, 1, 2, 3, 4, 5, 6, 7];
var WAIT_MS = 500;
var BYTES_MAX2 = 1 << 20;
var PAUSE_MS = 100;
function createTail(deps) {
  const { cluster, closing } = deps;
  const watched = /* @__PURE__ */ new Set();
  const pending = /* @__PURE__ */ new Set();
  const lanes = /* @__PURE__ */ new Map();
  let isStarting = false;
  let isMissed = false;
  function start() {
    if (pending.size === 0 || closing.aborted) return;
    isMissed = isStarting;
    if (isStarting) return;
    isStarting = true;
    void Promise.resolve().then(startAll).finally(() => {
      isStarting = false;
      if (isMissed) start();
    });
  }
  async function startAll() {
    for (const [broker, group] of await byLeader()) {
      const taken = lanes.get(broker) ?? /* @__PURE__ */ new Set();
      lanes.set(broker, taken);
      const lane = LANES.find((one) => !taken.has(one));
      if (lane === void 0) continue;
      taken.add(lane);
      for (const partition of group) pending.delete(partition);
      void poll(broker, lane, group).finally(() => {
        taken.delete(lane);
        start();
      });
    }
  }
  async function byLeader() {
    const groups = /* @__PURE__ */ new Map();
    for (const partition of [...pending]) {
      try {
        const broker = await cluster.leaderOf(partition.kafka);
        const group = groups.get(broker) ?? [];
        groups.set(broker, group);
        group.push(partition);
      } catch (error) {
        pending.delete(partition);
        void later(partition, error);
      }
    }
    return groups;
  }
  async function poll(broker, lane, group) {
    const wishes = group.map(({ kafka, clearTo }) => {
      return { ...kafka, offset: clearTo, bytesMax: BYTES_MAX2 };
    });
    try {
      const options = { lane: `poll-${lane}`, waitMs: WAIT_MS };
      const answers = await fetchPartitions(cluster, broker, wishes, options);
      for (const [index, partition] of group.entries()) {
        const answer = answers[index];
        const offset = wishes[index]?.offset;
        if (!answer || offset === void 0) continue;
        void take(deps, partition, offset, answer).then(again, (error) => later(partition, error));
      }
    } catch (error) {
      for (const partition of group) void later(partition, error);
    }
  }
  async function later(partition, error) {
    await pause(deps, partition, error);
    again(partition);
  }
  function again(partition) {
    if (partition.isRemoved || partition.waiters.size === 0) {
      watched.delete(partition);
      return;
    }
    pending.add(partition);
    start();
  }
  return {
    watch(partition) {
      if (watched.has(partition)) return;
      watched.add(partition);
      pending.add(partition);
      start();
    }
  };
}
async function take({ fence, refresh: refresh2 }, partition, offset, answer) {
  if (answer.code === "OFFSET_OUT_OF_RANGE") await refresh2(partition);
  else if (answer.code !== "NONE") throw new KafkaFault(answer.code, partition.kafka.topic);
  else if (answer.records.length > 0) {
    await fence.absorb(partition, readChunk(answer.records, offset));
  }
  return partition;
}
async function pause(deps, partition, error) {
  const { cluster, clock, log, fence, closing } = deps;
  if (partition.isRemoved) return;
  cluster.forget(partition.kafka.topic);
  if (!(error instanceof EngineError)) log.error({ err: error }, "a poll failed");
  try {
    if (error instanceof EngineError && error.kind === "not-found") await fence.reload(partition);
  } catch (failure) {
    log.debug({ err: failure }, "a partition that is watched is not there, or not now");
  }
  await clock.sleep(PAUSE_MS, closing);
}

// src/engines/log/kafka/topic-keeper.ts
function createTopicKeeper(deps) {
  const { cluster } = deps;
  const growing = /* @__PURE__ */ new Map();
  const running = /* @__PURE__ */ new Map();
  const altering = /* @__PURE__ */ new Map();
  async function grow(topic, partitions, configs) {
    await createTopic(cluster, topic, partitions, { ...deps, configs });
    await growTopic(cluster, topic, partitions);
  }
  return {
    ensure(topic, partition, configs) {
      const growth = growing.get(topic);
      if (growth) {
        growth.wanted = Math.max(growth.wanted, partition + 1);
        return growth.done;
      }
      const next = { wanted: partition + 1, done: Promise.resolve() };
      growing.set(topic, next);
      const start = () => {
        growing.delete(topic);
        return grow(topic, next.wanted, configs);
      };
      const before = running.get(topic) ?? Promise.resolve();
      next.done = before.then(start, start);
      running.set(topic, next.done);
      const forget = () => {
        if (running.get(topic) === next.done) running.delete(topic);
      };
      next.done.then(forget, forget);
      return next.done;
    },
    alter(topic, configs) {
      const name = `${topic} ${JSON.stringify(configs)}`;
      let done = altering.get(name);
      if (!done) {
        done = alterTopicConfigs(cluster, topic, configs).finally(() => altering.delete(name));
        altering.set(name, done);
      }
      return done;
    }
  };
}

// src/engines/log/kafka/kafka-log.ts
var CACHE_BYTES = 64 << 20;
async function openKafkaLog(options) {
  const { url, meta, clock, log, cacheBytes = CACHE_BYTES } = options;
  const closing = createAbort();
  const cluster = createKafkaCluster({ bootstrap: url.brokers, clock });
  try {
    await cluster.persist(() => cluster.brokerCount(), options);
  } catch (error) {
    cluster.close();
    throw new EngineError("unavailable", `no broker of ${url.text} can be reached`, error);
  }
  const states = createPartitionStates(meta, url.prefix);
  const registry = createRegistry(states, url.prefix);
  const cache = createChunkCache(cacheBytes);
  const fence = createFence({ cluster, states, cache, drop: registry.drop });
  const producer = createRecordProducer({
    cluster,
    async onFault({ topic, partition }, { code }) {
      const known = registry.byPlace(topic, partition);
      if (known && code === "UNKNOWN_TOPIC_OR_PARTITION") await fence.reload(known);
    }
  });
  const { methods, boundsOf } = createReads({ cluster, fence, cache, registry });
  const tail = createTail({
    cluster,
    clock,
    log,
    fence,
    closing: closing.signal,
    refresh: boundsOf
  });
  const topics = createTopicKeeper({ cluster, ...url });
  const parts = { registry, fence, producer, boundsOf, tail, closing: closing.signal };
  const changes = createChanges({ ...parts, cluster, states, topics, wallMs: clock.wallMs });
  return whileOpen(closing.signal, {
    capabilities: { retention: true, batches: false, compaction: false, encryption: false },
    ...methods,
    ...changes,
    append: (id, records) => {
      const known = registry.known(id);
      if (known) return append(parts, known, records);
      return registry.find(id).then((partition) => append(parts, partition, records));
    },
    waitFor: async (id, offset, signal) => {
      await waitFor(parts, await registry.find(id), offset, signal);
    },
    async close() {
      if (closing.signal.aborted) return;
      closing.abort();
      producer.close();
      cluster.close();
      for (const { waiters } of registry.all()) {
        for (const waiter of waiters) waiter.reject(closedLog());
      }
    }
  });
}
async function append({ fence, producer, boundsOf }, partition, records) {
  refuseRemoved(partition);
  if (partition.isClosing || partition.closedAt !== void 0) throw closedPartition(partition.id);
  if (records.length === 0) return { baseOffset: (await boundsOf(partition)).endOffset };
  const { baseOffset } = await producer.append(partition.kafka, records);
  await fence.prove(partition, baseOffset);
  if (partition.closedAt !== void 0 && baseOffset >= partition.closedAt) {
    throw closedPartition(partition.id);
  }
  clear(partition, baseOffset + records.length);
  return { baseOffset };
}
async function waitFor({ boundsOf, tail, closing }, partition, offset, signal) {
  if (offset > partition.clearTo) await boundsOf(partition);
  if (offset < partition.clearTo || partition.closedAt !== void 0 || signal.aborted) return;
  refuseRemoved(partition);
  if (closing.aborted) throw closedLog();
  await new Promise((resolve, reject) => {
    const settle = () => {
      partition.waiters.delete(waiter);
      signal.removeEventListener("abort", waiter.resolve);
    };
    const waiter = {
      offset,
      resolve() {
        settle();
        resolve();
      },
      reject(error) {
        settle();
        reject(error);
      }
    };
    partition.waiters.add(waiter);
    signal.addEventListener("abort", waiter.resolve, { once: true });
    tail.watch(partition);
  });
}
function whileOpen(closing, log) {
  async function guarded(run) {
    if (closing.aborted) throw closedLog();
    return run();
  }
  return {
    ...log,
    ensurePartition: (id, settings) => guarded(() => log.ensurePartition(id, settings)),
    removePartition: (id) => guarded(() => log.removePartition(id)),
    append: (id, records) => guarded(() => log.append(id, records)),
    read: (id, request) => guarded(() => log.read(id, request)),
    waitFor: (id, offset, signal) => guarded(() => log.waitFor(id, offset, signal)),
    bounds: (id) => guarded(() => log.bounds(id)),
    offsetAt: (id, timestampMs) => guarded(() => log.offsetAt(id, timestampMs)),
    trim: (id, offset) => guarded(() => log.trim(id, offset))
  };
}
function closedLog() {
  return new EngineError("unavailable", "the log is closed");
}
export {
  openKafkaLog
};
