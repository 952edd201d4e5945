import { createRequire as headraceRequire } from 'node:module'; const require = headraceRequire(import.meta.url);
import {
  EARLIEST,
  KafkaFault,
  LATEST,
  atLeader,
  createKafkaCluster,
  createRecordProducer,
  createTopic,
  deleteRecordsBefore,
  fetchPartitions,
  findOffset,
  isOutOfRange,
  kafkaTopicName,
  topicBatchBytesMax
} from "./chunk-GUYAGQAZ.js";
import "./chunk-EECGSN53.js";
import {
  createAbort
} from "./chunk-M6NOBN7W.js";
import {
  decodeRecords,
  isSoundBatch,
  openBatch,
  readBatchHeader
} from "./chunk-4O7NB4CF.js";
import {
  afterPrefix
} from "./chunk-KJ2O5COV.js";
import "./chunk-56N5GX3A.js";
import "./chunk-SJF4ROPC.js";
import {
  EngineError
} from "./chunk-VCNPK3W3.js";
import "./chunk-PPN7SKWG.js";

// src/engines/meta/kafka/barrier.ts
function createBarrier(round) {
  let running = Promise.resolve();
  let next;
  return () => {
    if (next) return next;
    const start = () => {
      running = next ?? running;
      next = void 0;
      return round();
    };
    next = running.then(start, start);
    return next;
  };
}

// src/engines/meta/kafka/bytes.ts
function createByteWriter() {
  const pieces = [];
  const number = (size, write) => {
    const piece = Buffer.allocUnsafe(size);
    write(piece);
    pieces.push(piece);
  };
  return {
    uint8: (value) => number(1, (target) => target.writeUInt8(value)),
    uint32: (value) => number(4, (target) => target.writeUInt32BE(value)),
    uint64: (value) => number(8, (target) => target.writeBigUInt64BE(BigInt(value))),
    bytes(value) {
      number(4, (target) => target.writeUInt32BE(value.length));
      pieces.push(value);
    },
    finish: () => Buffer.concat(pieces)
  };
}
function createByteReader(source) {
  let at = 0;
  function take(size) {
    const start = at;
    at += size;
    if (at > source.length) throw new EngineError("corrupt", "metadata ends too early");
    return start;
  }
  return {
    uint8: () => source.readUInt8(take(1)),
    uint32: () => source.readUInt32BE(take(4)),
    uint64: () => Number(source.readBigUInt64BE(take(8))),
    /** A view. */
    bytes() {
      const size = source.readUInt32BE(take(4));
      const start = take(size);
      return source.subarray(start, start + size);
    },
    isAtEnd: () => at === source.length
  };
}

// src/engines/meta/kafka/command.ts
var KEY_BYTES_MAX = 1900;
var BATCH = 1;
var CLAIM = 2;
function encodeCommand({ node, number, batch }) {
  const writer = createByteWriter();
  writer.uint8(batch ? BATCH : CLAIM);
  writer.bytes(Buffer.from(node));
  writer.uint32(number);
  if (!batch) return writer.finish();
  const { checks = [], puts = [], removals = [] } = batch;
  writer.uint32(checks.length);
  for (const { key, version } of checks) {
    writer.bytes(sound(key));
    writer.uint64(version);
  }
  writer.uint32(puts.length);
  for (const { key, value } of puts) {
    writer.bytes(sound(key));
    writer.bytes(value);
  }
  writer.uint32(removals.length);
  for (const key of removals) writer.bytes(sound(key));
  return writer.finish();
}
function decodeCommand(bytes) {
  const reader = createByteReader(bytes);
  const kind = reader.uint8();
  const node = reader.bytes().toString();
  const number = reader.uint32();
  if (kind === CLAIM) return { node, number };
  if (kind !== BATCH) throw new EngineError("corrupt", `a command of the unknown kind ${kind}`);
  const list = (read) => Array.from({ length: reader.uint32() }, read);
  const checks = list(() => ({ key: reader.bytes(), version: reader.uint64() }));
  const puts = list(() => ({ key: reader.bytes(), value: reader.bytes() }));
  const removals = list(() => reader.bytes());
  return { node, number, batch: { checks, puts, removals } };
}
function sound(key) {
  if (key.length > 0 && key.length <= KEY_BYTES_MAX) return key;
  throw new EngineError("invalid", `a key has 1 to ${KEY_BYTES_MAX} bytes, not ${key.length}`);
}

// src/engines/kafka-client/record-reader.ts
var BYTES_MAX = 4 << 20;
function readRecords(cluster, place, offset) {
  return atLeader(cluster, place, void 0, async () => {
    const read = await pollRecords(cluster, place, offset, 0);
    if (read.nextOffset === offset) throw new KafkaFault("OFFSET_NOT_AVAILABLE", place.topic);
    return read;
  });
}
async function pollRecords(cluster, place, offset, waitMs) {
  const wishes = [{ ...place, offset, bytesMax: BYTES_MAX }];
  const broker = await cluster.leaderOf(place);
  const lane = waitMs > 0 ? "poll-0" : "main";
  const [answer] = await fetchPartitions(cluster, broker, wishes, { lane, waitMs });
  if (answer?.code !== "NONE") {
    throw new KafkaFault(answer?.code ?? "UNKNOWN_SERVER_ERROR", `records of ${place.topic}`);
  }
  return decodeAll(answer.records, offset);
}
function decodeAll(bytes, offset) {
  const records = [];
  let nextOffset = offset;
  for (let at = 0; ; ) {
    const header = readBatchHeader(bytes, at);
    if (!header || at + header.sizeBytes > bytes.length) break;
    const batch = bytes.subarray(at, at + header.sizeBytes);
    at += header.sizeBytes;
    const open = isSoundBatch(batch) ? openBatch(header, batch) : void 0;
    if (!open) {
      throw new EngineError("corrupt", `the batch at offset ${header.baseOffset} is damaged`);
    }
    const budget = { recordsLeft: Number.POSITIVE_INFINITY, bytesLeft: Number.POSITIVE_INFINITY };
    decodeRecords(open, offset, budget, records);
    nextOffset = Math.max(nextOffset, header.endOffset);
  }
  return { records, nextOffset };
}

// src/engines/meta/kafka/ordered-keys.ts
var CHUNK_MAX = 512;
function createOrderedKeys() {
  const chunks = [[]];
  function chunkOf(key) {
    let low = 0;
    let high = chunks.length - 1;
    while (low < high) {
      const middle = low + high + 1 >> 1;
      if ((chunks[middle]?.[0] ?? "") <= key) low = middle;
      else high = middle - 1;
    }
    return low;
  }
  return {
    add(key) {
      const index = chunkOf(key);
      const chunk = chunks[index] ?? [];
      const at = placeIn(chunk, key);
      if (chunk[at] === key) return;
      chunk.splice(at, 0, key);
      if (chunk.length > CHUNK_MAX) chunks.splice(index + 1, 0, chunk.splice(CHUNK_MAX >> 1));
    },
    remove(key) {
      const index = chunkOf(key);
      const chunk = chunks[index] ?? [];
      const at = placeIn(chunk, key);
      if (chunk[at] !== key) return;
      chunk.splice(at, 1);
      if (chunk.length === 0 && chunks.length > 1) chunks.splice(index, 1);
    },
    *ascending(from) {
      let index = chunkOf(from);
      let at = placeIn(chunks[index] ?? [], from);
      for (; index < chunks.length; index++, at = 0) {
        const chunk = chunks[index] ?? [];
        for (; at < chunk.length; at++) yield chunk[at];
      }
    },
    *descending(before) {
      let index = before === void 0 ? chunks.length - 1 : chunkOf(before);
      let end = before === void 0 ? void 0 : placeIn(chunks[index] ?? [], before);
      for (; index >= 0; index--, end = void 0) {
        const chunk = chunks[index] ?? [];
        for (let at = (end ?? chunk.length) - 1; at >= 0; at--) yield chunk[at];
      }
    }
  };
}
function placeIn(chunk, key) {
  let low = 0;
  let high = chunk.length;
  while (low < high) {
    const middle = low + high >> 1;
    if (chunk[middle] < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

// src/engines/meta/kafka/state-machine.ts
var ENTRY_BYTES = 100;
function createStateMachine(sizes, image) {
  const state = { entries: /* @__PURE__ */ new Map(), keys: createOrderedKeys(), sizeBytes: 0 };
  let nextOffset = image?.nextOffset ?? 0;
  let bytesSinceClaim = image?.bytesSinceClaim ?? 0;
  for (const entry of image?.entries ?? []) put(state, entry);
  const wantsSnapshot = () => bytesSinceClaim >= Math.max(sizes.snapshotBytes, state.sizeBytes);
  return {
    nextOffset: () => nextOffset,
    wantsSnapshot,
    apply(offset, { batch }, sizeBytes) {
      nextOffset = offset + 1;
      bytesSinceClaim += sizeBytes;
      if (batch) return applyBatch(state, batch, nextOffset, sizes.stateBytesMax);
      if (!wantsSnapshot()) return "conflict";
      bytesSinceClaim = 0;
      return "done";
    },
    get: (key) => state.entries.get(textOf(key)),
    scan: (range) => scan(state, range),
    image: () => ({ nextOffset, bytesSinceClaim, entries: [...state.entries.values()] })
  };
}
function applyBatch(state, { checks = [], puts = [], removals = [] }, version, stateBytesMax) {
  for (const check of checks) {
    const found = state.entries.get(textOf(check.key))?.version ?? 0;
    if (found !== check.version) return "conflict";
  }
  const added = puts.reduce((sum, { key, value }) => sum + sizeOf({ key, value }), 0);
  if (puts.length > 0 && state.sizeBytes + added > stateBytesMax) return "full";
  for (const { key, value } of puts) {
    put(state, { key: Buffer.from(key), value: Buffer.from(value), version });
  }
  for (const key of removals) remove(state, textOf(key));
  return "done";
}
function put(state, entry) {
  const name = textOf(entry.key);
  const before = state.entries.get(name);
  if (before) state.sizeBytes -= sizeOf(before);
  else state.keys.add(name);
  state.entries.set(name, entry);
  state.sizeBytes += sizeOf(entry);
}
function remove(state, name) {
  const entry = state.entries.get(name);
  if (!entry) return;
  state.entries.delete(name);
  state.keys.remove(name);
  state.sizeBytes -= sizeOf(entry);
}
function scan(state, { prefix, after, limit, reverse = false }) {
  const start = textOf(prefix);
  const behind = after && textOf(after);
  const found = [];
  for (const name of reverse ? backwards(state, prefix, behind) : forwards(state, start, behind)) {
    if (found.length >= limit || !name.startsWith(start)) break;
    const entry = state.entries.get(name);
    if (entry && name !== behind) found.push(entry);
  }
  return found;
}
function forwards({ keys }, start, behind) {
  return keys.ascending(behind !== void 0 && behind > start ? behind : start);
}
function backwards({ keys }, prefix, behind) {
  const edge = afterPrefix(prefix);
  const end = edge && textOf(edge);
  if (behind === void 0) return keys.descending(end);
  return keys.descending(end !== void 0 && end < behind ? end : behind);
}
function sizeOf({ key, value }) {
  return key.length + value.length + ENTRY_BYTES;
}
function textOf(key) {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString("latin1");
}

// src/engines/meta/kafka/replica.ts
var WAIT_MS = 500;
var PAUSE_MS = 100;
var RESTORE_TRIES = 5;
var CATCH_UP_MS_MAX = 3e4;
async function openReplica(deps) {
  const parts = {
    ...deps,
    state: await restore(deps),
    closing: createAbort(),
    waiting: /* @__PURE__ */ new Map(),
    behind: /* @__PURE__ */ new Set(),
    lastNumber: 0
  };
  const following = follow(parts);
  const replica = {
    state: () => parts.state,
    catchUp: () => catchUp(parts),
    command: (encode) => command(parts, encode),
    async close() {
      parts.closing.abort();
      for (const waiter of [...parts.waiting.values(), ...parts.behind]) waiter.reject(closed());
      await following;
    }
  };
  try {
    await replica.catchUp();
    return replica;
  } catch (error) {
    await replica.close();
    throw error;
  }
}
async function restore(deps) {
  const { cluster, commands, snapshots, sizes, clock } = deps;
  for (let triesLeft = RESTORE_TRIES; triesLeft > 0; triesLeft--) {
    const state = createStateMachine(sizes, await snapshots.read());
    if (await findOffset(cluster, commands, EARLIEST) <= state.nextOffset()) return state;
    await clock.sleep(PAUSE_MS);
  }
  throw new EngineError("corrupt", `commands of ${commands.topic} are gone that no snapshot has`);
}
async function follow(parts) {
  const { cluster, commands, closing, clock, log } = parts;
  let isLost = false;
  while (!closing.signal.aborted) {
    try {
      const from = parts.state.nextOffset();
      const { records } = await pollRecords(cluster, commands, from, WAIT_MS);
      if (isLost) log.info({}, "the commands of the metadata are read again");
      isLost = false;
      for (const record of records) apply(parts, record);
      for (const waiter of parts.behind) {
        if (waiter.offset <= parts.state.nextOffset()) waiter.resolve();
      }
    } catch (error) {
      if (closing.signal.aborted) return;
      if (isOutOfRange(error)) await startOver(parts);
      else if (!isLost) log.warn({ err: error }, "the commands of the metadata cannot be read now");
      isLost = true;
      cluster.forget(commands.topic);
      await clock.sleep(PAUSE_MS, closing.signal);
    }
  }
}
async function startOver(parts) {
  try {
    parts.state = await restore(parts);
  } catch (error) {
    parts.log.error({ err: error }, "the metadata cannot be read from a snapshot; tried again");
  }
  for (const waiter of parts.waiting.values()) {
    waiter.reject(new EngineError("timeout", "it is not known what became of a commit"));
  }
}
function apply(parts, { offset, value }) {
  const bytes = value ?? Buffer.alloc(0);
  const asked = decodeCommand(bytes);
  const outcome = parts.state.apply(offset, asked, bytes.length);
  const isOwn = asked.node === parts.node;
  if (isOwn) settle(parts, asked.number, outcome);
  if (isOwn && !asked.batch && outcome === "done") void writeSnapshot(parts);
  if (isOwn && asked.batch && parts.state.wantsSnapshot()) void claim(parts);
}
function settle({ waiting }, number, outcome) {
  const waiter = waiting.get(number);
  if (outcome === "done") waiter?.resolve();
  else if (outcome === "full") {
    waiter?.reject(new EngineError("full", "the metadata have reached their greatest size"));
  } else waiter?.reject(new EngineError("conflict", "a checked key has another version"));
}
async function claim(parts) {
  try {
    await command(parts, encodeCommand);
  } catch (error) {
    parts.log.debug({ err: error }, "another node writes the snapshot");
  }
}
async function writeSnapshot(parts) {
  const { cluster, commands, snapshots, node } = parts;
  const image = parts.state.image();
  try {
    await snapshots.write(`${node} ${image.nextOffset}`, image);
    await deleteRecordsBefore(cluster, commands, image.nextOffset);
  } catch (error) {
    if (parts.closing.signal.aborted) return;
    parts.log.warn({ err: error }, "a snapshot of the metadata was not written");
  }
}
function command(parts, encode) {
  const { producer, commands, waiting, clock, node, closing } = parts;
  return new Promise((resolve, reject) => {
    if (closing.signal.aborted) return reject(closed());
    parts.lastNumber++;
    const number = parts.lastNumber;
    const value = encode({ node, number });
    waiting.set(number, {
      resolve() {
        waiting.delete(number);
        resolve();
      },
      reject(error) {
        waiting.delete(number);
        reject(error);
      }
    });
    producer.append(commands, [{ key: null, value, timestampMs: clock.wallMs() }]).catch((error) => waiting.get(number)?.reject(error));
  });
}
async function catchUp(parts) {
  const { cluster, commands, closing } = parts;
  if (closing.signal.aborted) throw closed();
  const offset = await findOffset(cluster, commands, LATEST);
  if (parts.state.nextOffset() >= offset) return;
  const patience = new AbortController();
  try {
    await new Promise((resolve, reject) => {
      const waiter = { offset, resolve, reject };
      const settle2 = (run) => () => {
        parts.behind.delete(waiter);
        run();
      };
      parts.behind.add(waiter);
      waiter.resolve = settle2(resolve);
      waiter.reject = (error) => settle2(() => reject(error))();
      void parts.clock.sleep(CATCH_UP_MS_MAX, patience.signal).then(() => {
        waiter.reject(new EngineError("timeout", "the metadata of this node lag behind"));
      });
    });
  } finally {
    patience.abort();
  }
}
function closed() {
  return new EngineError("unavailable", "the meta store is closed");
}

// src/engines/meta/kafka/snapshots.ts
var FIRST = 1;
var PART = 2;
var LAST = 3;
var PART_BYTES = 512 << 10;
var READ_TRIES = 10;
function createSnapshots(deps) {
  const { cluster, producer, place } = deps;
  async function append(name, value) {
    const record = { key: Buffer.from(name), value, timestampMs: deps.wallMs() };
    return (await producer.append(place, [record])).baseOffset;
  }
  async function* all() {
    let offset = await findOffset(cluster, place, EARLIEST);
    const endOffset = await findOffset(cluster, place, LATEST);
    while (offset < endOffset) {
      const read = await readRecords(cluster, place, offset);
      yield* read.records;
      offset = read.nextOffset;
    }
  }
  async function reading(find) {
    for (let triesLeft = READ_TRIES; ; triesLeft--) {
      try {
        return await find(all());
      } catch (error) {
        if (!isOutOfRange(error) || triesLeft <= 1) throw error;
      }
    }
  }
  return {
    async write(name, image) {
      const first = createByteWriter();
      first.uint8(FIRST);
      first.uint64(image.nextOffset);
      first.uint64(image.bytesSinceClaim);
      await append(name, first.finish());
      for (const part of partsOf(image.entries)) await append(name, part);
      const last = createByteWriter();
      last.uint8(LAST);
      last.uint32(image.entries.length);
      await append(name, last.finish());
      const needed = await reading(findNeeded);
      if (needed !== void 0) await deleteRecordsBefore(cluster, place, needed);
    },
    read: () => reading(findFurthest)
  };
}
async function findFurthest(records) {
  const building = /* @__PURE__ */ new Map();
  let furthest;
  for await (const { key, value } of records) {
    const whole = takeRecord(building, key?.toString() ?? "", value);
    if (whole && whole.nextOffset > (furthest?.nextOffset ?? -1)) furthest = whole;
  }
  return furthest;
}
async function findNeeded(records) {
  const begun = /* @__PURE__ */ new Map();
  let furthest;
  for await (const { offset, key, value } of records) {
    const name = key?.toString() ?? "";
    const reader = createByteReader(value ?? Buffer.alloc(0));
    const kind = reader.uint8();
    if (kind === FIRST) begun.set(name, { firstOffset: offset, nextOffset: reader.uint64() });
    if (kind !== LAST) continue;
    const whole = begun.get(name);
    begun.delete(name);
    if (whole && whole.nextOffset > (furthest?.nextOffset ?? -1)) furthest = whole;
  }
  if (!furthest) return void 0;
  let { firstOffset: needed } = furthest;
  for (const { firstOffset, nextOffset } of begun.values()) {
    if (nextOffset > furthest.nextOffset) needed = Math.min(needed, firstOffset);
  }
  return needed;
}
function* partsOf(entries) {
  let writer = createByteWriter();
  let sizeBytes = 0;
  writer.uint8(PART);
  for (const { key, value, version } of entries) {
    if (sizeBytes > 0 && sizeBytes + value.length > PART_BYTES) {
      yield writer.finish();
      writer = createByteWriter();
      writer.uint8(PART);
      sizeBytes = 0;
    }
    writer.bytes(key);
    writer.uint64(version);
    writer.bytes(value);
    sizeBytes += key.length + value.length;
  }
  if (sizeBytes > 0) yield writer.finish();
}
function takeRecord(building, name, value) {
  const reader = createByteReader(value ?? Buffer.alloc(0));
  const kind = reader.uint8();
  if (kind === FIRST) {
    const nextOffset = reader.uint64();
    building.set(name, { nextOffset, bytesSinceClaim: reader.uint64(), entries: [] });
    return void 0;
  }
  const one = building.get(name);
  if (!one) return void 0;
  if (kind === PART) {
    while (!reader.isAtEnd()) {
      const key = Buffer.from(reader.bytes());
      const version = reader.uint64();
      one.entries.push({ key, version, value: Buffer.from(reader.bytes()) });
    }
    return void 0;
  }
  building.delete(name);
  if (kind !== LAST || reader.uint32() !== one.entries.length) {
    throw new EngineError("corrupt", `the snapshot ${name} is not whole`);
  }
  return one;
}

// src/engines/meta/kafka/kafka-meta.ts
var DEFAULT_SIZES = { snapshotBytes: 16 << 20, stateBytesMax: 1 << 30 };
async function openKafkaMeta(options) {
  const { url, clock } = options;
  const cluster = createKafkaCluster({ bootstrap: url.brokers, clock });
  const producer = createRecordProducer({ cluster });
  try {
    const commands = await ensureTopic(cluster, url, "commands");
    const images = await ensureTopic(cluster, url, "snapshots");
    const replica = await openReplica({
      ...options,
      sizes: { ...DEFAULT_SIZES, ...options.sizes },
      node: options.random.uuid(),
      cluster,
      producer,
      commands,
      snapshots: createSnapshots({ cluster, producer, place: images, wallMs: clock.wallMs })
    });
    return createStore(cluster, producer, replica);
  } catch (error) {
    producer.close();
    cluster.close();
    throw error instanceof EngineError && error.kind === "corrupt" ? error : new EngineError("unavailable", `the metadata of ${url.text} cannot be reached`, error);
  }
}
async function ensureTopic(cluster, { prefix, replicas }, name) {
  const topic = kafkaTopicName(`${prefix}.meta`, name);
  const place = { topic, partition: 0 };
  if (await cluster.persist(() => cluster.partitionCount(topic)) > 0) return place;
  const configs = {
    "cleanup.policy": "delete",
    // Whole snapshots make commands go, and nothing else.
    "retention.ms": "-1",
    "retention.bytes": "-1",
    "max.message.bytes": String(topicBatchBytesMax),
    "unclean.leader.election.enable": "false"
  };
  await createTopic(cluster, topic, 1, { ...replicas !== void 0 && { replicas }, configs });
  return place;
}
function createStore(cluster, producer, replica) {
  const barrier = createBarrier(replica.catchUp);
  return {
    capabilities: { shared: true },
    async get(key) {
      await barrier();
      return replica.state().get(key);
    },
    async scan(range) {
      await barrier();
      return replica.state().scan(range);
    },
    commit: async (batch) => {
      await replica.command((asked) => encodeCommand({ ...asked, batch }));
    },
    async close() {
      producer.close();
      cluster.close();
      await replica.close();
    }
  };
}
export {
  openKafkaMeta
};
