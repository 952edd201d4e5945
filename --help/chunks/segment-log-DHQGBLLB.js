import { createRequire as headraceRequire } from 'node:module'; const require = headraceRequire(import.meta.url);
import {
  BATCH_HEADER_BYTES,
  CODEC_COUNT,
  COMPRESSION_MASK,
  CONTROL,
  DELETE_HORIZON,
  LEADER_EPOCH_AT,
  LEADER_EPOCH_BYTES,
  LOG_APPEND_TIME,
  TRANSACTIONAL,
  decodeRecords,
  encodeRecordBatch,
  findTimestamp,
  isSoundBatch,
  isWellFormed,
  openBatch,
  readBatchHeader,
  readVarint,
  rebuildBatch,
  stampAppendTime,
  stampBaseOffset,
  stampKeyNumber,
  stampProducer,
  storedChecksum,
  storedKeyNumber,
  varintSize,
  writeVarint
} from "./chunk-4O7NB4CF.js";
import {
  crc32c
} from "./chunk-56N5GX3A.js";
import {
  assert
} from "./chunk-SJF4ROPC.js";
import {
  EngineError
} from "./chunk-VCNPK3W3.js";
import "./chunk-PPN7SKWG.js";

// src/engines/log/segment/segment-log.ts
import { dirname } from "node:path";

// src/engines/log/segment/batch-check.ts
var ATTRIBUTES_OF_PRODUCERS = COMPRESSION_MASK | TRANSACTIONAL;
function checkBatches(bytes, needsKeys) {
  const batches = [];
  for (let at = 0; at < bytes.length; ) {
    const header = readBatchHeader(bytes, at);
    if (!header || header.sizeBytes > bytes.length - at) throw corrupt("is not whole");
    const batch = { header, bytes: bytes.subarray(at, at + header.sizeBytes) };
    checkBatch(batch, needsKeys);
    batches.push(batch);
    at += header.sizeBytes;
  }
  if (batches.length === 0) throw corrupt("is not there");
  return batches;
}
function checkBatch({ header, bytes }, needsKeys) {
  const { attributes, baseOffset, endOffset, recordCount } = header;
  if (!isSoundBatch(bytes)) throw corrupt("does not have its checksum");
  if ((attributes & CONTROL) !== 0) throw corrupt("is a marker, which no producer writes");
  if ((attributes & LOG_APPEND_TIME) !== 0) throw corrupt("has the time of an arrival");
  if ((attributes & ~ATTRIBUTES_OF_PRODUCERS) !== 0) throw corrupt("has unknown attributes");
  const codec = attributes & COMPRESSION_MASK;
  if (codec >= CODEC_COUNT) throw corrupt("has an unknown compression");
  if (recordCount < 1 || recordCount !== endOffset - baseOffset) {
    throw corrupt("does not have as many records as offsets");
  }
  checkProducer(header);
  if (codec === 0) {
    const batch = { header, payload: bytes, from: BATCH_HEADER_BYTES };
    if (!isWellFormed(batch, false)) throw corrupt("has a broken record");
    if (needsKeys && !isWellFormed(batch, true)) throw keyless();
  } else if (needsKeys) {
    const batch = openBatch(header, bytes);
    if (!batch) throw corrupt("cannot be decompressed");
    if (!isWellFormed(batch, true)) throw keyless();
  }
}
function checkProducer({ attributes, producerId, ...rest }) {
  if (producerId < 0) {
    if ((attributes & TRANSACTIONAL) !== 0) throw corrupt("is transactional without a producer");
    return;
  }
  if (!Number.isSafeInteger(producerId)) throw corrupt("has an unknown producer");
  if (rest.producerEpoch < 0 || rest.baseSequence < 0) {
    throw corrupt("has a producer without epoch or sequence number");
  }
}
function corrupt(what) {
  return new EngineError("corrupt", `a record batch ${what}`);
}
function keyless() {
  return new EngineError("invalid", "a record has no key, by which the partition is compacted");
}

// src/engines/log/segment/segment-index.ts
var INDEX_INTERVAL_BYTES = 64 << 10;
var CRC_BYTES = 4;
var ENTRY_NUMBERS = 3;
function createIndex() {
  return { offsets: [], positions: [], timestampsBefore: [] };
}
function addToIndex(index, batch) {
  const last = index.positions.at(-1);
  if (last !== void 0 && batch.position < last + INDEX_INTERVAL_BYTES) return;
  index.offsets.push(batch.baseOffset);
  index.positions.push(batch.position);
  index.timestampsBefore.push(batch.timestampBefore);
}
function positionOfOffset(index, offset) {
  return index.positions[countOf(index.offsets, (one) => one <= offset) - 1] ?? 0;
}
function positionOfTimestamp(index, timestampMs) {
  return index.positions[countOf(index.timestampsBefore, (one) => one < timestampMs) - 1] ?? 0;
}
function encodeIndex(index) {
  const bytes = Buffer.alloc(CRC_BYTES + index.offsets.length * ENTRY_NUMBERS * 8);
  let at = CRC_BYTES;
  for (const [entry, offset] of index.offsets.entries()) {
    at = bytes.writeDoubleLE(offset, at);
    at = bytes.writeDoubleLE(index.positions[entry] ?? 0, at);
    at = bytes.writeDoubleLE(index.timestampsBefore[entry] ?? 0, at);
  }
  bytes.writeUInt32LE(crc32c(bytes.subarray(CRC_BYTES)), 0);
  return bytes;
}
function decodeIndex(bytes) {
  const body = bytes.subarray(CRC_BYTES);
  if (bytes.length < CRC_BYTES || crc32c(body) !== bytes.readUInt32LE(0)) return void 0;
  const index = createIndex();
  for (let at = 0; at < body.length; at += ENTRY_NUMBERS * 8) {
    index.offsets.push(body.readDoubleLE(at));
    index.positions.push(body.readDoubleLE(at + 8));
    index.timestampsBefore.push(body.readDoubleLE(at + 16));
  }
  return index;
}
function countOf(elements, holds) {
  let low = 0;
  let high = elements.length;
  while (low < high) {
    const middle = low + high >> 1;
    if (holds(elements[middle])) low = middle + 1;
    else high = middle;
  }
  return low;
}

// src/engines/log/segment/partition.ts
function createPartition(number, id, settings) {
  return {
    number,
    id,
    settings,
    segments: [],
    startOffset: 0,
    endOffset: 0,
    writtenOffset: 0,
    tail: createFifo(),
    unwritten: [],
    cleanedOffset: 0,
    segmentChanges: 0,
    waiters: /* @__PURE__ */ new Set(),
    producers: void 0,
    producersOffset: 0,
    removed: false
  };
}
function tailStart(partition) {
  return partition.tail.at(0)?.header.baseOffset ?? partition.endOffset;
}
function scanTail({ tail }, offset, visit) {
  for (let at = tail.countOf((batch) => batch.header.endOffset <= offset); ; at++) {
    const batch = tail.at(at);
    if (!batch) return true;
    if (!visit(batch.header, batch.bytes)) return false;
  }
}
function visibleEnd(partition, isolation) {
  const { producers, startOffset, endOffset } = partition;
  if (isolation === "uncommitted" || !producers) return endOffset;
  for (const offset of producers.open.values()) return Math.max(offset, startOffset);
  return endOffset;
}
function wake(partition) {
  if (partition.waiters.size === 0) return;
  for (const waiter of partition.waiters) {
    const isThere = waiter.offset < visibleEnd(partition, waiter.isolation);
    if (isThere || partition.settings.closed) waiter.resolve();
  }
}
var COMPACT_AT = 256;
function createFifo() {
  let elements = [];
  let head = 0;
  return {
    push: (element) => void elements.push(element),
    shift() {
      const element = elements[head];
      if (head < elements.length) elements[head++] = void 0;
      if (head >= COMPACT_AT && head * 2 >= elements.length) {
        elements = elements.slice(head);
        head = 0;
      }
      return element;
    },
    at: (index) => elements[head + index],
    length: () => elements.length - head,
    countOf(holds) {
      return countOf(elements, (one) => one === void 0 || holds(one)) - head;
    }
  };
}

// src/engines/log/segment/producers.ts
var BATCHES_KEPT = 5;
var PRODUCER_EXPIRY_MS = 864e5;
var PRODUCERS_MAX = 1e4;
var SEQUENCE_MAX = 2147483647;
var ABORT_MARKER = 0;
var COMMIT_MARKER = 1;
function createProducers() {
  return { byId: /* @__PURE__ */ new Map(), open: /* @__PURE__ */ new Map(), aborted: [] };
}
function judge(known, header) {
  if (!known) return { outcome: "append" };
  const { producerEpoch, baseSequence } = header;
  const isSameEpoch = producerEpoch === known.producerEpoch;
  const twin = isSameEpoch && known.batches.find(([first, last]) => isRange(header, first, last));
  if (twin) return { outcome: "duplicate", baseOffset: twin[2] };
  if (producerEpoch < known.producerEpoch) return { outcome: "invalid-producer-epoch" };
  const expected = isSameEpoch ? nextSequence(known) : 0;
  return baseSequence === expected ? { outcome: "append" } : { outcome: "out-of-order-sequence-number" };
}
function leavesTransaction(known, header) {
  return known?.transactionOffset !== void 0 && (header.attributes & TRANSACTIONAL) === 0;
}
function isRange(header, first, last) {
  return header.baseSequence === first && lastSequenceOf(header) === last;
}
function nextSequence({ batches }) {
  const last = batches.at(-1)?.[1] ?? -1;
  return last === SEQUENCE_MAX ? 0 : last + 1;
}
function lastSequenceOf({ baseSequence, baseOffset, endOffset }) {
  const delta = endOffset - baseOffset - 1;
  return (baseSequence + delta) % (SEQUENCE_MAX + 1);
}
function afterBatch(known, header, seenMs) {
  const { producerId, producerEpoch, baseOffset, maxTimestampMs, attributes } = header;
  const isSameEpoch = known?.producerEpoch === producerEpoch;
  const range = [header.baseSequence, lastSequenceOf(header), baseOffset];
  const transactionOffset = known?.transactionOffset ?? ((attributes & TRANSACTIONAL) === 0 ? void 0 : baseOffset);
  return {
    producerId,
    producerEpoch,
    coordinatorEpoch: known?.coordinatorEpoch ?? -1,
    lastTimestampMs: maxTimestampMs,
    seenMs,
    ...transactionOffset !== void 0 && { transactionOffset },
    batches: [...isSameEpoch ? known.batches.slice(1 - BATCHES_KEPT) : [], range]
  };
}
function afterMarker(known, end, timestampMs, seenMs) {
  const { producerId, producerEpoch, coordinatorEpoch } = end;
  const batches = known?.producerEpoch === producerEpoch ? known.batches : [];
  const lastTimestampMs = timestampMs;
  return { producerId, producerEpoch, coordinatorEpoch, lastTimestampMs, seenMs, batches };
}
function mayEnd(known, end) {
  return end.producerEpoch >= (known?.producerEpoch ?? -1) && end.coordinatorEpoch >= (known?.coordinatorEpoch ?? -1);
}
function noteBatch(producers, header, bytes, nowMs) {
  const { producerId, baseOffset } = header;
  const known = producers.byId.get(producerId);
  producers.byId.delete(producerId);
  if ((header.attributes & CONTROL) === 0) {
    const after = afterBatch(known, header, nowMs);
    producers.byId.set(producerId, after);
    if (after.transactionOffset === baseOffset) producers.open.set(producerId, baseOffset);
    forgetTooMany(producers);
    return;
  }
  const end = endOf(header, bytes);
  producers.byId.set(producerId, afterMarker(known, end, header.maxTimestampMs, nowMs));
  const firstOffset = producers.open.get(producerId);
  producers.open.delete(producerId);
  if (firstOffset === void 0 || end.commit) return;
  const stable = producers.open.values().next().value ?? header.endOffset;
  producers.aborted.push([producerId, firstOffset, baseOffset, stable]);
}
function forgetTooMany({ byId }) {
  if (byId.size <= PRODUCERS_MAX) return;
  for (const producer of byId.values()) {
    if (producer.transactionOffset !== void 0) continue;
    byId.delete(producer.producerId);
    return;
  }
}
function expireProducers({ byId }, nowMs) {
  for (const producer of byId.values()) {
    if (nowMs - producer.seenMs < PRODUCER_EXPIRY_MS) return;
    if (producer.transactionOffset === void 0) byId.delete(producer.producerId);
  }
}
function forgetAborted(producers, startOffset) {
  const [oldest] = producers.aborted;
  if (!oldest || oldest[2] >= startOffset) return;
  producers.aborted = producers.aborted.filter(([, , lastOffset]) => lastOffset >= startOffset);
}
function abortedWithin(aborted, from, until) {
  const found = [];
  for (let at = firstEndingAt(aborted, from); at < aborted.length; at++) {
    const one = aborted[at];
    if (one[1] < until) found.push(one);
    if (one[3] >= until) break;
  }
  return found;
}
function isVisible({ attributes, producerId, baseOffset }, aborted) {
  if ((attributes & CONTROL) !== 0) return false;
  if ((attributes & TRANSACTIONAL) === 0 || aborted.length === 0) return true;
  return !abortedWithin(aborted, baseOffset, baseOffset + 1).some(([id]) => id === producerId);
}
function firstEndingAt(aborted, offset) {
  let low = 0;
  let high = aborted.length;
  while (low < high) {
    const middle = low + high >> 1;
    if (aborted[middle][2] < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
function encodeMarker(end, timestampMs) {
  const key = Buffer.alloc(4);
  key.writeInt16BE(end.commit ? COMMIT_MARKER : ABORT_MARKER, 2);
  const value = Buffer.alloc(6);
  value.writeInt32BE(end.coordinatorEpoch, 2);
  const batch = encodeRecordBatch([[{ key, value, timestampMs }]]);
  stampProducer(batch, end, TRANSACTIONAL | CONTROL);
  return batch;
}
function endOf(header, bytes) {
  const budget = { recordsLeft: 1, bytesLeft: bytes.length };
  const records = [];
  decodeRecords({ header, payload: bytes, from: BATCH_HEADER_BYTES }, 0, budget, records);
  const [{ key, value } = { key: null, value: null }] = records;
  return {
    producerId: header.producerId,
    producerEpoch: header.producerEpoch,
    coordinatorEpoch: value ? Buffer.from(value).readInt32BE(2) : -1,
    commit: key !== null && Buffer.from(key).readInt16BE(2) === COMMIT_MARKER
  };
}
function describeProducer(producer) {
  const { producerId, producerEpoch, lastTimestampMs, coordinatorEpoch, transactionOffset } = producer;
  return {
    producerId,
    producerEpoch,
    lastSequence: producer.batches.at(-1)?.[1] ?? -1,
    lastTimestampMs,
    coordinatorEpoch,
    ...transactionOffset !== void 0 && { transactionStartOffset: transactionOffset }
  };
}

// src/engines/log/segment/batch-log.ts
function createBatchLog(deps) {
  const { partitions, scans, times, committer, refuseClosed: refuseClosed2 } = deps;
  return {
    async append(id, bytes, options = {}) {
      refuseClosed2();
      const partition = partitions.get(id);
      const batches = checkBatches(bytes, partition.settings.compaction !== void 0);
      refuseSeveral(batches);
      const { appendTimeMs } = options;
      if (appendTimeMs !== void 0) {
        for (const batch of batches) stampAppendTime(batch.bytes, appendTimeMs);
      }
      return committer.appendBatches(partition, batches);
    },
    read: (id, request) => scans.within(
      id,
      request.offset,
      request.isolation,
      (partition, scan) => readBatches(partition, scan, request)
    ),
    async waitFor(id, offset, isolation, signal) {
      await scans.waitFor(partitions.get(id), offset, isolation, signal);
    },
    bounds: async (id) => boundsOf(partitions.get(id)),
    async endTransaction(id, end) {
      refuseClosed2();
      return committer.endTransaction(partitions.get(id), end);
    },
    async producers(id) {
      const { producers } = partitions.get(id);
      return Array.from(producers?.byId.values() ?? [], describeProducer);
    },
    offsetAt: (id, timestampMs) => scans.retrying(id, (partition) => times.first(partition, timestampMs, isData)),
    maxTimestamp: (id) => scans.retrying(id, (partition) => times.greatest(partition, isData))
  };
}
function refuseSeveral(batches) {
  if (batches.filter(({ header }) => header.producerId >= 0).length <= 1) return;
  throw new EngineError("invalid", "an append has at most one batch of a producer");
}
function isData({ attributes }) {
  return (attributes & CONTROL) === 0;
}
async function readBatches(partition, scan, { offset, bytesMax, isolation }) {
  const bounds = boundsOf(partition);
  const until = isolation === "committed" ? bounds.stableOffset : bounds.endOffset;
  const transactions = isolation === "committed" ? partition.producers?.aborted ?? [] : [];
  const batches = [];
  let sizeBytes = 0;
  let readOffset = offset;
  await scan(offset, bytesMax, (header, bytes) => {
    if (header.baseOffset >= until) return false;
    if (batches.length > 0 && sizeBytes + bytes.length > bytesMax) return false;
    batches.push(bytes);
    sizeBytes += bytes.length;
    readOffset = header.endOffset;
    return sizeBytes < bytesMax;
  });
  const aborted = abortedWithin(transactions, offset, readOffset).map(
    ([producerId, firstOffset]) => ({ producerId, firstOffset })
  );
  return { ...bounds, batches, aborted };
}
function boundsOf(partition) {
  const { startOffset, endOffset } = partition;
  return { startOffset, endOffset, stableOffset: visibleEnd(partition, "committed") };
}

// src/engines/log/segment/cipher.ts
import { createCipheriv, createHmac } from "node:crypto";
var KEY_BYTES_MIN = 32;
var NONCE_BYTES = 12;
var IV_BYTES = 16;
function createCipher(keyOf2) {
  const known = /* @__PURE__ */ new Map();
  function keysOf({ id, settings }, keyNumber) {
    const keys = known.get(settings.keyIds?.[keyNumber - 1] ?? "");
    if (keys) return keys;
    throw new EngineError("corrupt", `${id.topic}: a batch has an unknown key (${keyNumber})`);
  }
  function transform(partition, batch, keyNumber, to) {
    const keys = keysOf(partition, keyNumber);
    const iv = Buffer.alloc(IV_BYTES);
    nonceOf(keys, partition, batch).copy(iv, 0, 0, NONCE_BYTES);
    const cipher = createCipheriv("aes-256-ctr", keys.encryption, iv);
    const head = Buffer.from(batch.subarray(0, BATCH_HEADER_BYTES));
    stampKeyNumber(head, to);
    return Buffer.concat([head, cipher.update(batch.subarray(BATCH_HEADER_BYTES))]);
  }
  const missing = ({ keyIds = [] }) => keyIds.filter((id) => id !== "" && !known.has(id));
  return {
    needsKeys: (settings) => missing(settings).length > 0,
    async load(settings) {
      for (const id of missing(settings)) {
        if (!keyOf2) throw new EngineError("unsupported", "this log has no keys to encrypt with");
        known.set(id, derive(await keyOf2(id)));
      }
    },
    seal(partition, batch, keyNumber = keyNumberOf(partition.settings)) {
      return keyNumber === 0 ? batch : transform(partition, batch, keyNumber, keyNumber);
    },
    open(partition, stored) {
      const keyNumber = storedKeyNumber(stored);
      return keyNumber === 0 ? stored : transform(partition, stored, keyNumber, 0);
    }
  };
}
function keyNumberOf({ keyIds = [] }) {
  return keyIds.at(-1) ? keyIds.length : 0;
}
function derive(secret) {
  if (secret.length < KEY_BYTES_MIN) {
    throw new EngineError("invalid", `a key has at least ${KEY_BYTES_MIN} bytes`);
  }
  const keyFor = (use) => createHmac("sha256", secret).update(use).digest();
  return { encryption: keyFor("headrace log: records"), nonce: keyFor("headrace log: nonces") };
}
function nonceOf({ nonce }, { number }, batch) {
  return createHmac("sha256", nonce).update(`${number}/`).update(batch.subarray(0, LEADER_EPOCH_AT)).update(batch.subarray(LEADER_EPOCH_AT + LEADER_EPOCH_BYTES, BATCH_HEADER_BYTES)).digest();
}

// src/engines/log/segment/snapshot.ts
import { join } from "node:path";
function snapshotProducers(producers, offset) {
  const list = Array.from(producers.byId.values(), (one) => {
    const { producerId, producerEpoch, coordinatorEpoch, lastTimestampMs, seenMs, batches } = one;
    const transactionOffset = one.transactionOffset ?? null;
    return [
      producerId,
      producerEpoch,
      coordinatorEpoch,
      lastTimestampMs,
      seenMs,
      transactionOffset,
      batches
    ];
  });
  return { offset, list, aborted: [...producers.aborted] };
}
function restoreProducers(partition, stored) {
  const producers = createProducers();
  for (const one of stored.list) {
    const [producerId, producerEpoch, coordinatorEpoch, lastTimestampMs, seenMs] = one;
    const [, , , , , transactionOffset, batches] = one;
    const known = { producerId, producerEpoch, coordinatorEpoch, lastTimestampMs, seenMs, batches };
    const producer = transactionOffset === null ? known : { ...known, transactionOffset };
    producers.byId.set(producerId, producer);
  }
  const open = [...producers.byId.values()].flatMap(
    ({ producerId, transactionOffset }) => transactionOffset === void 0 ? [] : [{ producerId, transactionOffset }]
  );
  open.sort((a, b) => a.transactionOffset - b.transactionOffset);
  for (const one of open) producers.open.set(one.producerId, one.transactionOffset);
  producers.aborted = stored.aborted.filter(([, , lastOffset]) => lastOffset < stored.offset);
  partition.producers = producers;
  partition.producersOffset = stored.offset;
}
var NAME = "snapshot";
var NEXT_NAME = "snapshot.next";
var FORMAT = "headrace-log-1";
var emptySnapshot = {
  mark: { generation: 1, sequence: 0 },
  nextNumber: 1,
  partitions: []
};
async function writeSnapshot(disk, directory, snapshot) {
  const body = Buffer.from(JSON.stringify(snapshot));
  const head = Buffer.from(`${FORMAT} ${crc32c(body).toString(16)}
`);
  const path = join(directory, NEXT_NAME);
  const file = await disk.open(path, { create: true });
  try {
    await file.truncate(0);
    await file.write([head, body], 0);
    await file.sync();
  } finally {
    await file.close();
  }
  await disk.rename(path, join(directory, NAME));
  await disk.syncDirectory(directory);
}
async function readSnapshot(disk, directory) {
  const path = join(directory, NAME);
  const sizeBytes = await disk.size(path);
  if (sizeBytes === void 0) return emptySnapshot;
  const bytes = Buffer.alloc(sizeBytes);
  const file = await disk.open(path);
  try {
    await file.read(bytes, 0);
  } finally {
    await file.close();
  }
  const headEnd = bytes.indexOf("\n");
  const [format, sum] = bytes.toString("latin1", 0, headEnd).split(" ");
  if (format !== FORMAT) {
    throw new EngineError("unsupported", `${path}: written by another version of Headrace`);
  }
  const body = bytes.subarray(headEnd + 1);
  if (crc32c(body).toString(16) !== sum) {
    throw new EngineError("corrupt", `${path}: the checksum does not hold`);
  }
  return JSON.parse(body.toString("utf8"));
}

// src/engines/log/segment/partitions.ts
function createPartitions(snapshot, tail) {
  const byNumber = /* @__PURE__ */ new Map();
  const byId = /* @__PURE__ */ new Map();
  let { nextNumber } = snapshot;
  function add(partition) {
    byNumber.set(partition.number, partition);
    byId.set(keyOf(partition.id), partition);
    nextNumber = Math.max(nextNumber, partition.number + 1);
    return partition;
  }
  for (const stored of snapshot.partitions) {
    const partition = add(createPartition(stored.number, stored.id, stored.settings));
    partition.startOffset = stored.startOffset;
    partition.writtenOffset = stored.endOffset;
    partition.endOffset = stored.endOffset;
    if (stored.producers) restoreProducers(partition, stored.producers);
    partition.cleanedOffset = stored.cleanedOffset ?? 0;
    for (const [
      baseOffset,
      sizeBytes,
      maxTimestampMs,
      createdMs,
      revision = 0
    ] of stored.segments) {
      const segment = { baseOffset, sizeBytes, maxTimestampMs, createdMs, revision };
      partition.segments.push({ ...segment, index: void 0 });
    }
  }
  return {
    byNumber,
    find: (id) => byId.get(keyOf(id)),
    get(id) {
      const partition = byId.get(keyOf(id));
      if (!partition) throw notFound(id);
      return partition;
    },
    nextNumber: () => nextNumber,
    apply(number, id, settings) {
      const partition = byNumber.get(number) ?? add(createPartition(number, id, settings));
      partition.settings = settings;
      wake(partition);
    },
    remove(partition) {
      partition.removed = true;
      byNumber.delete(partition.number);
      byId.delete(keyOf(partition.id));
      tail.forget(partition);
      for (const waiter of partition.waiters) waiter.reject(notFound(partition.id));
    },
    trim: advanceStart
  };
}
function advanceStart(partition, offset) {
  if (offset <= partition.startOffset) return;
  partition.startOffset = offset;
  if (partition.producers) forgetAborted(partition.producers, offset);
}
function notFound(id) {
  return new EngineError("not-found", `there is no partition ${id.partition} of ${id.topic}`);
}
function keyOf(id) {
  return `${id.partition}/${id.topic}`;
}

// src/engines/log/segment/changes.ts
function planChange({ id, to, reject }, partition) {
  switch (to.kind) {
    case "removal":
      return partition !== void 0;
    case "settings": {
      if (!partition) return true;
      const { settings, producers } = partition;
      if (to.settings.closed && !settings.closed && producers && producers.open.size > 0) {
        reject(new EngineError("conflict", `${id.topic}: a transaction is open`));
        return false;
      }
      const { keyIds = [] } = to.settings;
      if (settings.keyIds?.some((keyId, index) => keyIds[index] !== keyId)) {
        reject(new EngineError("invalid", `${id.topic}: keys of stored records are missing`));
        return false;
      }
      return sameForm(to.settings) !== sameForm(settings);
    }
    case "trim":
      if (!partition) reject(notFound(id));
      else if (to.offset > partition.endOffset) {
        reject(new EngineError("invalid", `offset ${to.offset} is behind ${partition.endOffset}`));
      } else return to.offset > partition.startOffset;
      return false;
  }
}
function entryOf({ id, to }, number) {
  const body = to.kind === "settings" ? Buffer.from(JSON.stringify({ id, settings: to.settings })) : Buffer.alloc(0);
  const baseOffset = to.kind === "trim" ? to.offset : 0;
  return { kind: to.kind, partition: number, baseOffset, body };
}
function sameForm({ closed: closed3, ...settings }) {
  const entries = Object.entries({ ...settings, closed: closed3 === true });
  return JSON.stringify(entries.filter(([, value]) => value !== void 0).sort());
}

// src/engines/log/segment/write-plan.ts
var BATCH_BYTES_MAX = 256 << 10;
function planWrites(writes, nowMs) {
  const drafts = /* @__PURE__ */ new Map();
  const slots = [];
  const settle = [];
  for (const write of writes) {
    const { partition } = write;
    if (partition.removed) write.reject(notFound(partition.id));
    else if (partition.settings.closed) refuseClosed(write, settle);
    else {
      const draft = drafts.get(partition) ?? createDraft(partition);
      drafts.set(partition, draft);
      if (write.kind === "records") planRecords(write, draft, slots, settle);
      else if (write.kind === "batches") planBatches(write, draft, slots, settle, nowMs);
      else planMarker(write, draft, slots, settle, nowMs);
    }
  }
  return { batches: slots.map(encodeSlot), settle };
}
function createDraft(partition) {
  const { endOffset } = partition;
  return { partition, endOffset, shared: void 0, producers: /* @__PURE__ */ new Map() };
}
function refuseClosed(write, settle) {
  if (write.kind === "marker") settle.push(() => write.resolve("ended"));
  else write.reject(closed(write.partition));
}
function planRecords(write, draft, slots, settle) {
  const { partition, records, sizeBytes, resolve } = write;
  const baseOffset = draft.endOffset;
  draft.endOffset += records.length;
  settle.push(() => resolve({ baseOffset }));
  const { shared } = draft;
  if (shared && shared.sizeBytes + sizeBytes <= BATCH_BYTES_MAX) {
    shared.lists.push(records);
    shared.recordCount += records.length;
    shared.sizeBytes += sizeBytes;
    return;
  }
  const content = { baseOffset, lists: [records], recordCount: records.length, sizeBytes };
  draft.shared = content;
  slots.push({ partition, baseOffset, content });
}
function planBatches(write, draft, slots, settle, nowMs) {
  const { partition, batches, resolve } = write;
  const after = [];
  const known = (id) => after.findLast((one) => one.producerId === id) ?? find(draft, id);
  const baseOffset = draft.endOffset;
  let endOffset = baseOffset;
  for (const { header } of batches) {
    const count = header.endOffset - header.baseOffset;
    const placed = { ...header, baseOffset: endOffset, endOffset: endOffset + count };
    endOffset += count;
    if (header.producerId < 0) continue;
    const producer = known(header.producerId);
    const verdict = judge(producer, placed);
    if (verdict.outcome !== "append") {
      settle.push(() => resolve(verdict));
      return;
    }
    if (leavesTransaction(producer, header)) {
      write.reject(outside(partition));
      return;
    }
    after.push(afterBatch(producer, placed, nowMs));
  }
  for (const { header, bytes } of batches) {
    slots.push({ partition, baseOffset: draft.endOffset, content: bytes });
    draft.endOffset += header.endOffset - header.baseOffset;
  }
  draft.shared = void 0;
  for (const producer of after) draft.producers.set(producer.producerId, producer);
  settle.push(() => resolve({ outcome: "appended", baseOffset }));
}
function planMarker(write, draft, slots, settle, nowMs) {
  const { partition, end, resolve } = write;
  const known = find(draft, end.producerId);
  if (!mayEnd(known, end)) {
    settle.push(() => resolve("invalid-producer-epoch"));
    return;
  }
  slots.push({ partition, baseOffset: draft.endOffset, content: encodeMarker(end, nowMs) });
  draft.endOffset++;
  draft.shared = void 0;
  draft.producers.set(end.producerId, afterMarker(known, end, nowMs, nowMs));
  settle.push(() => resolve("ended"));
}
function find(draft, producerId) {
  return draft.producers.get(producerId) ?? draft.partition.producers?.byId.get(producerId);
}
function encodeSlot({ partition, baseOffset, content }) {
  const bytes = Buffer.isBuffer(content) ? content : encodeRecordBatch(content.lists);
  stampBaseOffset(bytes, baseOffset);
  const header = readBatchHeader(bytes, 0);
  assert(header, "a batch has a header");
  return { partition, header, bytes };
}
function closed({ id }) {
  return new EngineError("conflict", `partition ${id.partition} of ${id.topic} is closed`);
}
function outside({ id }) {
  return new EngineError("invalid", `${id.topic}: the producer has a transaction open`);
}

// src/engines/log/segment/committer.ts
var APPEND_BYTES_MAX = 32 << 20;
var GROUP_BYTES_MAX = 8 << 20;
var GROUP_REQUESTS_MAX = 1e4;
var WAITING_BYTES_MAX = 256 << 20;
var RECORD_OVERHEAD_BYTES = 32;
var MARKER_BYTES = 100;
function createCommitter(deps) {
  const queue = createQueue(async (group) => {
    const failure = deps.failure();
    if (failure) throw failure;
    const writes = group.filter((request) => request.kind !== "change");
    if (writes.length > 0) await commitWrites(writes);
    else await commitChanges(group.filter((request) => request.kind === "change"));
  });
  async function commit(entries) {
    if (entries.length === 0) return;
    try {
      await deps.commit(entries);
    } catch (error) {
      deps.fail(error);
      throw error;
    }
  }
  async function commitWrites(writes) {
    await deps.makeRoom();
    const { batches, settle } = planWrites(writes, deps.clock.wallMs());
    const stored = batches.map(({ partition, bytes }) => deps.cipher.seal(partition, bytes));
    await commit(
      batches.map(({ partition, header: { baseOffset }, bytes }, index) => {
        const body = stored[index] ?? bytes;
        return { kind: "batch", partition: partition.number, baseOffset, body };
      })
    );
    for (const [index, { partition, header, bytes }] of batches.entries()) {
      if (partition.removed) continue;
      deps.tail.publish(partition, { header, bytes, stored: stored[index] ?? bytes });
    }
    for (const tell of settle) tell();
    deps.onCommit();
  }
  async function commitChanges(changes) {
    const { partitions } = deps;
    let nextNumber = partitions.nextNumber();
    const planned = changes.flatMap((change) => {
      const partition = partitions.find(change.id);
      if (!planChange(change, partition)) return [];
      return [{ change, partition, number: partition?.number ?? nextNumber++ }];
    });
    await commit(planned.map(({ change, number }) => entryOf(change, number)));
    for (const { change, partition, number } of planned) {
      const { id, to } = change;
      if (to.kind === "settings") partitions.apply(number, id, to.settings);
      else if (partition && to.kind === "removal") partitions.remove(partition);
      else if (partition && to.kind === "trim") partitions.trim(partition, to.offset);
      change.resolve(partition);
    }
    for (const change of changes) change.resolve(void 0);
  }
  return { ...createWriteRequests(queue), ...createChangeRequests(queue), drained: queue.drained };
}
function createQueue(commitGroup) {
  let waiting = [];
  let waitingBytes = 0;
  let running;
  async function run() {
    while (waiting.length > 0) {
      const group = leadingGroup(waiting);
      waiting = waiting.slice(group.length);
      try {
        await commitGroup(group);
      } catch (error) {
        for (const request of group) request.reject(error);
      }
      for (const request of group) {
        if (request.kind !== "change") waitingBytes -= request.sizeBytes;
      }
    }
    running = void 0;
  }
  return {
    enqueue(request) {
      waiting.push(request);
      if (request.kind !== "change") waitingBytes += request.sizeBytes;
      running ??= run();
    },
    waitingBytes: () => waitingBytes,
    async drained() {
      await running;
    }
  };
}
function createWriteRequests({
  enqueue,
  waitingBytes
}) {
  return {
    append(partition, records) {
      const sizeBytes = sizeOf(records);
      refuseTooMuch(sizeBytes, waitingBytes());
      return new Promise((resolve, reject) => {
        enqueue({ kind: "records", partition, records, sizeBytes, resolve, reject });
      });
    },
    appendBatches(partition, batches) {
      const sizeBytes = batches.reduce((sum, { bytes }) => sum + bytes.length, 0);
      refuseTooMuch(sizeBytes, waitingBytes());
      return new Promise((resolve, reject) => {
        enqueue({ kind: "batches", partition, batches, sizeBytes, resolve, reject });
      });
    },
    endTransaction: (partition, end) => new Promise((resolve, reject) => {
      enqueue({ kind: "marker", partition, end, sizeBytes: MARKER_BYTES, resolve, reject });
    })
  };
}
function createChangeRequests({ enqueue }) {
  function changed(id, to) {
    return new Promise((resolve, reject) => enqueue({ kind: "change", id, to, resolve, reject }));
  }
  return {
    async ensure(id, settings) {
      await changed(id, { kind: "settings", settings });
    },
    remove: (id) => changed(id, { kind: "removal" }),
    async trim(id, offset) {
      await changed(id, { kind: "trim", offset });
    }
  };
}
function refuseTooMuch(sizeBytes, waitingBytes) {
  if (sizeBytes > APPEND_BYTES_MAX) {
    throw new EngineError("invalid", `an append has at most ${APPEND_BYTES_MAX} bytes`);
  }
  if (waitingBytes + sizeBytes > WAITING_BYTES_MAX) {
    throw new EngineError("unavailable", "too many records wait to be written");
  }
}
function leadingGroup(waiting) {
  const changed = /* @__PURE__ */ new Set();
  const isChange = waiting[0]?.kind === "change";
  let sizeBytes = 0;
  let count = 0;
  for (const request of waiting) {
    if (request.kind === "change" !== isChange || count === GROUP_REQUESTS_MAX) break;
    if (request.kind !== "change") {
      sizeBytes += request.sizeBytes;
      if (count > 0 && sizeBytes > GROUP_BYTES_MAX) break;
    } else {
      const key = `${request.id.partition}/${request.id.topic}`;
      if (changed.has(key)) break;
      changed.add(key);
    }
    count++;
  }
  return waiting.slice(0, count);
}
function sizeOf(records) {
  let size = 0;
  for (const record of records) {
    size += RECORD_OVERHEAD_BYTES + (record.key?.length ?? 0) + (record.value?.length ?? 0);
    if (record.headers === void 0) continue;
    for (const { name, value } of record.headers) size += 3 * name.length + (value?.length ?? 0) + 8;
  }
  return size;
}

// src/engines/log/segment/compactor.ts
import { promisify } from "node:util";
import { gzip } from "node:zlib";

// src/engines/log/segment/segment-lists.ts
function replaceSegments({
  partition,
  sources,
  outputs,
  cleanedOffset
}) {
  const { segments } = partition;
  const at = segments.findIndex(({ baseOffset }) => baseOffset === sources[0]?.baseOffset);
  const areThere = sources.every((segment, index) => segments[at + index] === segment);
  if (partition.removed || at < 0 || !areThere) return false;
  segments.splice(at, sources.length, ...outputs);
  partition.segmentChanges++;
  partition.cleanedOffset = cleanedOffset;
  const goneOffset = Math.min(cleanedOffset, tailStart(partition));
  if (partition.producers) forgetAborted(partition.producers, goneOffset);
  return true;
}
function takeExpired(partition, nowMs) {
  const { segments, settings, startOffset, writtenOffset } = partition;
  const isKept = settings.compaction?.deletes === false;
  const oldestMs = isKept ? Number.NEGATIVE_INFINITY : nowMs - settings.retentionMs;
  const bytesMax = (isKept ? void 0 : settings.retentionBytes) ?? Number.POSITIVE_INFINITY;
  let sizeBytes = segments.reduce((sum, segment) => sum + segment.sizeBytes, 0);
  let count = 0;
  for (const segment of segments) {
    const isLast = count === segments.length - 1;
    const endOffset = segments[count + 1]?.baseOffset ?? writtenOffset;
    const isTrimmed = endOffset <= startOffset;
    const tooOld = newestMsOf(segment) < oldestMs;
    const tooMany = !isLast && sizeBytes - segment.sizeBytes >= bytesMax;
    if (!(tooOld || tooMany || isTrimmed) || isLast && partition.unwritten.length > 0) break;
    sizeBytes -= segment.sizeBytes;
    count++;
  }
  const expired = segments.splice(0, count);
  if (count > 0) {
    partition.segmentChanges++;
    advanceStart(partition, segments[0]?.baseOffset ?? writtenOffset);
  }
  return expired;
}
function hasTrimmedSegment({ segments, startOffset, endOffset }) {
  return (segments[1]?.baseOffset ?? endOffset) <= startOffset;
}
function newestMsOf({ maxTimestampMs, createdMs }) {
  return maxTimestampMs < 0 ? createdMs : maxTimestampMs;
}

// src/engines/log/segment/compaction-plan.ts
function planCompaction(partition, nowMs) {
  const { segments, settings, cleanedOffset } = partition;
  const { compaction } = settings;
  if (!compaction) return void 0;
  const stableOffset = visibleEnd(partition, "committed");
  const sources = [];
  let endOffset = 0;
  let dirtyBytes = 0;
  let sizeBytes = 0;
  for (const [index, segment] of segments.slice(0, -1).entries()) {
    const end = segments[index + 1]?.baseOffset ?? 0;
    const isTooYoung = newestMsOf(segment) > nowMs - compaction.lagMsMin;
    if (isTooYoung || end > stableOffset) break;
    sources.push(segment);
    endOffset = end;
    sizeBytes += segment.sizeBytes;
    if (end > cleanedOffset) dirtyBytes += segment.sizeBytes;
  }
  if (endOffset <= cleanedOffset || dirtyBytes === 0) return void 0;
  if (dirtyBytes / sizeBytes < compaction.dirtyRatioMin) return void 0;
  const dirtyOffset = Math.max(cleanedOffset, partition.startOffset);
  return { sources, dirtyOffset, endOffset, dirtyBytes };
}

// src/engines/log/segment/key-map.ts
import { hash } from "node:crypto";
var WORDS = 4;
var LOAD_MAX = 0.75;
var NO_OFFSET = -1;
function createKeyMap(keysMax) {
  const slots = 2 ** Math.ceil(Math.log2(Math.max(keysMax / LOAD_MAX, 16)));
  const hashes = new Uint32Array(slots * WORDS);
  const offsets = new Float64Array(slots).fill(NO_OFFSET);
  let count = 0;
  function find2(digest) {
    const a = digest.readUInt32LE(0);
    const b = digest.readUInt32LE(4);
    const c = digest.readUInt32LE(8);
    const d = digest.readUInt32LE(12);
    for (let slot = a & slots - 1; ; slot = slot + 1 & slots - 1) {
      if (offsets[slot] === NO_OFFSET) return slot;
      const at = slot * WORDS;
      const isSame = hashes[at] === a && hashes[at + 1] === b && hashes[at + 2] === c && hashes[at + 3] === d;
      if (isSame) return slot;
    }
  }
  return {
    put(key, offset) {
      const digest = digestOf(key);
      const slot = find2(digest);
      if (offsets[slot] === NO_OFFSET) {
        if (count >= keysMax) return false;
        count++;
        for (let word = 0; word < WORDS; word++) {
          hashes[slot * WORDS + word] = digest.readUInt32LE(word * 4);
        }
      }
      offsets[slot] = offset;
      return true;
    },
    get(key) {
      const offset = offsets[find2(digestOf(key))];
      return offset === NO_OFFSET ? void 0 : offset;
    }
  };
}
function digestOf(key) {
  return hash("sha256", key, "buffer");
}

// src/engines/log/segment/record-filter.ts
function rawRecords({ header, payload, from }) {
  const records = [];
  const cursor = { at: from };
  for (let index = 0; index < header.recordCount; index++) {
    const end = readVarint(payload, cursor) + cursor.at;
    const attributes = payload[cursor.at++] ?? 0;
    const timestampDelta = readVarint(payload, cursor);
    const offsetDelta = readVarint(payload, cursor);
    const restAt = cursor.at;
    const keyLength = readVarint(payload, cursor);
    const key = keyLength < 0 ? null : payload.subarray(cursor.at, cursor.at + keyLength);
    cursor.at += Math.max(keyLength, 0);
    const isTombstone = readVarint(payload, cursor) < 0;
    const rest = payload.subarray(restAt, end);
    const offset = header.baseOffset + offsetDelta;
    records.push({ offset, offsetDelta, timestampDelta, key, isTombstone, attributes, rest });
    cursor.at = end;
  }
  return records;
}
function keepRecords({ header, payload }, original, records, horizonMs) {
  const baseTimestampMs = horizonMs ?? header.baseTimestampMs;
  const shift = header.baseTimestampMs - baseTimestampMs;
  const sizes = records.map((record) => bodySize(record, shift));
  const sizeBytes = sizes.reduce((sum, size) => sum + varintSize(size) + size, BATCH_HEADER_BYTES);
  assert(payload.length > 0, "a batch that is open has records");
  const target = Buffer.allocUnsafe(sizeBytes);
  original.copy(target, 0, 0, BATCH_HEADER_BYTES);
  let at = BATCH_HEADER_BYTES;
  for (const [index, record] of records.entries()) {
    at = writeVarint(target, sizes[index] ?? 0, at);
    target[at++] = record.attributes;
    at = writeVarint(target, record.timestampDelta + shift, at);
    at = writeVarint(target, record.offsetDelta, at);
    at += record.rest.copy(target, at);
  }
  assert(at === sizeBytes, "a batch is as long as computed");
  const times = records.map(({ timestampDelta }) => header.baseTimestampMs + timestampDelta);
  const isAppendTime = (header.attributes & LOG_APPEND_TIME) !== 0;
  rebuildBatch(target, {
    attributes: header.attributes & ~COMPRESSION_MASK | (horizonMs === void 0 ? 0 : DELETE_HORIZON),
    baseTimestampMs,
    maxTimestampMs: isAppendTime ? header.maxTimestampMs : Math.max(...times),
    recordCount: records.length
  });
  return target;
}
function bodySize({ timestampDelta, offsetDelta, rest }, shift) {
  return 1 + varintSize(timestampDelta + shift) + varintSize(offsetDelta) + rest.length;
}

// src/engines/log/segment/segment-scan.ts
var CHUNK_BYTES_MAX = 1 << 20;
async function* batchesOf(file, segment, from, chunkBytes) {
  const end = segment.sizeBytes;
  let chunk = Buffer.alloc(0);
  let chunkAt = from;
  let position = from;
  async function fill(sizeBytes) {
    const target = Buffer.allocUnsafeSlow(Math.min(Math.max(sizeBytes, chunkBytes), end - position));
    const count = await file.read(target, position);
    if (count < Math.min(sizeBytes, target.length)) throw noBatch(segment, position);
    chunk = target.subarray(0, count);
    chunkAt = position;
  }
  while (position < end) {
    if (chunkAt + chunk.length - position < BATCH_HEADER_BYTES) await fill(BATCH_HEADER_BYTES);
    const header = readBatchHeader(chunk, position - chunkAt);
    if (!header || header.sizeBytes > end - position) throw noBatch(segment, position);
    if (chunkAt + chunk.length - position < header.sizeBytes) await fill(header.sizeBytes);
    const start = position - chunkAt;
    yield { header, bytes: chunk.subarray(start, start + header.sizeBytes), position };
    position += header.sizeBytes;
  }
}
async function scanForIndex(file, segment) {
  const index = createIndex();
  let timestampBefore = Number.NEGATIVE_INFINITY;
  for await (const { header, position } of batchesOf(file, segment, 0, CHUNK_BYTES_MAX)) {
    addToIndex(index, { baseOffset: header.baseOffset, position, timestampBefore });
    timestampBefore = Math.max(timestampBefore, header.maxTimestampMs);
  }
  return index;
}
function noBatch(segment, position) {
  return new EngineError("corrupt", `no batch at ${position} of segment ${segment.baseOffset}`);
}

// src/engines/log/segment/segment-writer.ts
var WRITE_BYTES_MAX = 4 << 20;
var SYNCS_AT_ONCE = 4;
var SCAN_BYTES_MAX = 1 << 20;
var DAY_MS = 864e5;
var AGE_MIN_MS = 6e4;
var SEGMENTS_PER_RETENTION = 8;
function createSegmentWriter(deps) {
  const { disk, directory, clock, tail, files, segmentBytes } = deps;
  let unsynced = /* @__PURE__ */ new Map();
  async function segmentFor(partition, next) {
    const last = partition.segments.at(-1);
    if (last && !isFull2(partition, last, next) && await hasIndex(files, partition, last))
      return last;
    if (last) await sealSegment(files, partition, last);
    const segment = {
      baseOffset: next.header.baseOffset,
      createdMs: clock.wallMs(),
      revision: 0,
      sizeBytes: 0,
      maxTimestampMs: Number.NEGATIVE_INFINITY,
      index: createIndex()
    };
    partition.segments.push(segment);
    return segment;
  }
  function isFull2(partition, segment, next) {
    if (segment.sizeBytes === 0) return false;
    return segment.sizeBytes + next.bytes.length > sizeMaxOf(partition) || clock.wallMs() - segment.createdMs > ageMaxMsOf(partition);
  }
  function sizeMaxOf({ settings }) {
    return settings.segmentBytes ?? segmentBytes;
  }
  async function write(partition) {
    for (; ; ) {
      const [first] = partition.unwritten;
      if (!first || partition.removed) return;
      const segment = await segmentFor(partition, first);
      const room = Math.min(sizeMaxOf(partition) - segment.sizeBytes, WRITE_BYTES_MAX);
      const batches = leading(partition.unwritten, room);
      const bytes = batches.map((batch) => batch.stored);
      await files.pool.create(
        files.pathOf(partition, segment),
        (file) => file.write(bytes, segment.sizeBytes)
      );
      if (partition.removed) return;
      const isNew = segment.sizeBytes === 0 || unsynced.get(segment)?.isNew === true;
      unsynced.set(segment, { partition, segment, isNew });
      note(segment, batches);
      tail.markWritten(partition, batches.length);
    }
  }
  async function syncOne({ partition, segment }) {
    try {
      await files.pool.use(files.pathOf(partition, segment), syncOrGiveUp);
    } catch (error) {
      const isGone = error instanceof EngineError && error.kind === "not-found";
      const isKept = !partition.removed && partition.segments.includes(segment);
      if (!isGone || isKept) throw error;
    }
  }
  return {
    write,
    adopt(partition, segments) {
      for (const segment of segments) unsynced.set(segment, { partition, segment, isNew: true });
    },
    takeUnsynced() {
      const taken = Array.from(unsynced.values());
      unsynced = /* @__PURE__ */ new Map();
      return taken;
    },
    async sync(given) {
      const rest = [...given];
      const work = async () => {
        for (let one = rest.pop(); one; one = rest.pop()) await syncOne(one);
      };
      await Promise.all(Array.from({ length: SYNCS_AT_ONCE }, work));
      if (given.some((one) => one.isNew)) await disk.syncDirectory(directory);
    }
  };
}
function ageMaxMsOf({ settings }) {
  if (settings.segmentMs !== void 0) return settings.segmentMs;
  return Math.max(Math.min(settings.retentionMs / SEGMENTS_PER_RETENTION, DAY_MS), AGE_MIN_MS);
}
async function hasIndex(files, partition, segment) {
  if (segment.index) return true;
  if (segment.sizeBytes > SCAN_BYTES_MAX) return false;
  try {
    const scan = (file) => scanForIndex(file, segment);
    segment.index ??= await files.pool.use(files.pathOf(partition, segment), scan);
    return true;
  } catch (error) {
    const isLost = error instanceof EngineError && ["corrupt", "not-found"].includes(error.kind);
    if (isLost) return false;
    throw error;
  }
}
async function sealSegment(files, partition, segment) {
  if (!segment.index) return;
  const path = files.indexPathOf(partition, segment);
  const bytes = encodeIndex(segment.index);
  await files.pool.create(path, (file) => file.write([bytes], 0));
  segment.index = void 0;
  await files.pool.drop(path);
}
function leading(batches, room) {
  let count = 0;
  let bytes = 0;
  for (const batch of batches) {
    bytes += batch.bytes.length;
    if (count > 0 && bytes > room) break;
    count++;
  }
  return batches.slice(0, count);
}
function note(segment, batches) {
  for (const batch of batches) {
    if (segment.index) {
      addToIndex(segment.index, {
        baseOffset: batch.header.baseOffset,
        position: segment.sizeBytes,
        timestampBefore: segment.maxTimestampMs
      });
    }
    segment.sizeBytes += batch.bytes.length;
    segment.maxTimestampMs = Math.max(segment.maxTimestampMs, batch.header.maxTimestampMs);
  }
}
async function syncOrGiveUp(file) {
  try {
    await file.sync();
  } catch (error) {
    throw new EngineError("unavailable", "a segment could not be synced", error);
  }
}

// src/engines/log/segment/segment-output.ts
var WRITE_BYTES = 1 << 20;
function createSegmentOutput(deps) {
  const { files, partition, sources, segmentBytes } = deps;
  const revision = 1 + Math.max(0, ...sources.map((segment) => segment.revision));
  const done = [];
  let current;
  let pending = [];
  let pendingBytes = 0;
  let position = 0;
  async function write() {
    if (!current || pendingBytes === 0) return;
    const bytes = pending;
    const at = position;
    position += pendingBytes;
    pending = [];
    pendingBytes = 0;
    await files.pool.use(files.pathOf(partition, current), (file) => file.write(bytes, at));
  }
  async function end() {
    if (!current) return;
    await write();
    await sealSegment(files, partition, current);
    await files.pool.drop(files.pathOf(partition, current));
    current = void 0;
  }
  async function begin(header) {
    await end();
    const [first] = sources;
    const segment = {
      baseOffset: done.length === 0 ? first?.baseOffset ?? header.baseOffset : header.baseOffset,
      createdMs: first?.createdMs ?? 0,
      revision,
      sizeBytes: 0,
      maxTimestampMs: Number.NEGATIVE_INFINITY,
      index: createIndex()
    };
    position = 0;
    done.push(segment);
    const empty = (file) => file.truncate(0);
    await files.pool.create(files.pathOf(partition, segment), empty);
    return segment;
  }
  return {
    async append(header, stored) {
      const isFull2 = current && current.sizeBytes + stored.length > segmentBytes;
      if (!current || isFull2) current = await begin(header);
      addToIndex(current.index ?? createIndex(), {
        baseOffset: header.baseOffset,
        position: current.sizeBytes,
        timestampBefore: current.maxTimestampMs
      });
      current.sizeBytes += stored.length;
      current.maxTimestampMs = Math.max(current.maxTimestampMs, header.maxTimestampMs);
      pending.push(stored);
      pendingBytes += stored.length;
      if (pendingBytes >= WRITE_BYTES) await write();
    },
    async finish() {
      await end();
      return done;
    },
    discard: () => files.remove(partition, done)
  };
}

// src/engines/log/segment/compactor.ts
var NONE = [];
var RECORD_BYTES_MIN = 8;
function createCompactor(deps) {
  const { clock, log, files, reader, cipher, partitions } = deps;
  async function fill(map, partition, plan, signal) {
    let endOffset = plan.endOffset;
    const aborted = partition.producers?.aborted ?? NONE;
    const visit = (header, bytes) => {
      if (signal.aborted || header.baseOffset >= plan.endOffset) return false;
      if (header.endOffset <= plan.dirtyOffset || !isVisible(header, aborted)) return true;
      const batch = openBatch(header, bytes);
      if (!batch) return true;
      for (const { offset, key } of rawRecords(batch)) {
        if (key === null || map.put(key, offset)) continue;
        endOffset = offset;
        return false;
      }
      return true;
    };
    for (const segment of plan.sources) {
      if (!await reader.scanOne(partition, segment, visit)) break;
    }
    return endOffset;
  }
  async function compact(partition, plan, signal) {
    const { compactionKeysMax, segmentBytes } = deps;
    const keysMax = Math.ceil(plan.dirtyBytes / RECORD_BYTES_MIN);
    const map = createKeyMap(Math.min(compactionKeysMax, keysMax));
    const cleanedOffset = await fill(map, partition, plan, signal);
    const sources = plan.sources.filter(({ baseOffset }) => baseOffset < cleanedOffset);
    const output = createSegmentOutput({
      files,
      partition,
      sources,
      segmentBytes: partition.settings.segmentBytes ?? segmentBytes
    });
    const filter = createFilter(partition, map, cleanedOffset, clock.wallMs());
    let isReplaced = false;
    try {
      for (const segment of sources) {
        await reader.scanOne(partition, segment, async (header, bytes) => {
          const kept = await filter(header, bytes);
          if (!kept) return !signal.aborted;
          const stored = cipher.seal(partition, kept, header.keyNumber);
          await output.append(readBatchHeader(stored, 0) ?? header, stored);
          return !signal.aborted;
        });
      }
      const outputs = await output.finish();
      if (signal.aborted) return;
      isReplaced = await deps.replace({ partition, sources, outputs, cleanedOffset });
    } finally {
      if (!isReplaced) await output.discard();
    }
  }
  return {
    async round(signal) {
      for (const partition of [...partitions.values()]) {
        if (signal.aborted) return;
        const plan = planCompaction(partition, clock.wallMs());
        if (!plan || partition.removed) continue;
        try {
          await compact(partition, plan, signal);
        } catch (error) {
          if (partition.removed) continue;
          const { topic, partition: number } = partition.id;
          log.warn(
            { err: error, topic, partition: number },
            "a partition was not compacted; the next round tries again"
          );
        }
      }
    }
  };
}
function createFilter({ producers, settings }, map, cleanedOffset, nowMs) {
  const aborted = producers?.aborted ?? NONE;
  const isListed = (marker) => aborted.some(([, , lastOffset]) => lastOffset === marker);
  const newHorizonMs = nowMs + (settings.compaction?.tombstoneMs ?? 0);
  return async (header, bytes) => {
    if (header.baseOffset >= cleanedOffset) return bytes;
    const isControl = (header.attributes & CONTROL) !== 0;
    if (!isControl && !isVisible(header, aborted)) return void 0;
    const batch = openBatch(header, bytes);
    if (!batch) return bytes;
    const hasHorizon = (header.attributes & DELETE_HORIZON) !== 0;
    const isOver = hasHorizon && header.baseTimestampMs <= nowMs;
    const all = rawRecords(batch);
    const kept = all.filter(({ offset, key, isTombstone }) => {
      if (isControl) return !isOver || isListed(offset);
      if (offset >= cleanedOffset) return true;
      if (key === null || (map.get(key) ?? offset) > offset) return false;
      return !(isTombstone && isOver);
    });
    if (kept.length === 0) return void 0;
    const needsHorizon = !hasHorizon && (isControl || kept.some((record) => record.isTombstone));
    if (kept.length === all.length && !needsHorizon) return bytes;
    const horizonMs = hasHorizon ? header.baseTimestampMs : needsHorizon ? newHorizonMs : void 0;
    return compress(batch, keepRecords(batch, bytes, kept, horizonMs));
  };
}
var gzipped = promisify(gzip);
async function compress({ header }, bytes) {
  if ((header.attributes & COMPRESSION_MASK) === 0) return bytes;
  const payload = await gzipped(bytes.subarray(BATCH_HEADER_BYTES));
  if (payload.length >= bytes.length - BATCH_HEADER_BYTES) return bytes;
  const smaller = Buffer.concat([bytes.subarray(0, BATCH_HEADER_BYTES), payload]);
  const plain = readBatchHeader(bytes, 0);
  assert(plain, "a batch that was made has a header");
  rebuildBatch(smaller, { ...plain, attributes: plain.attributes | GZIP });
  return smaller;
}
var GZIP = 1;

// src/engines/log/segment/reads.ts
function createReads(deps) {
  const { partitions, scans, times, log } = deps;
  async function readRecords(partition, scan, request) {
    const budget = { recordsLeft: request.recordsMax, bytesLeft: request.bytesMax };
    const records = [];
    const endOffset = visibleEnd(partition, "committed");
    const aborted = abortedOf(partition);
    let nextOffset = request.offset;
    const sawAll = await scan(request.offset, request.bytesMax, (header, bytes) => {
      if (header.baseOffset >= endOffset) {
        nextOffset = Math.max(nextOffset, endOffset);
        return false;
      }
      if (isVisible(header, aborted)) {
        if (isSpent(budget)) return false;
        const batch = openBatch(header, bytes);
        if (batch) nextOffset = decodeRecords(batch, nextOffset, budget, records);
        else {
          const { topic } = partition.id;
          const { baseOffset } = header;
          log.warn({ topic, baseOffset }, "a batch that cannot be decompressed was stepped over");
          nextOffset = header.endOffset;
        }
        return nextOffset === header.endOffset;
      }
      nextOffset = header.endOffset;
      return true;
    });
    if (sawAll) nextOffset = Math.max(nextOffset, endOffset);
    return { records, nextOffset, endOffset: Math.max(nextOffset, endOffset) };
  }
  return {
    read: (id, request) => scans.within(
      id,
      request.offset,
      "committed",
      (partition, scan) => readRecords(partition, scan, request)
    ),
    async waitFor(id, offset, signal) {
      await scans.waitFor(partitions.get(id), offset, "committed", signal);
    },
    async bounds(id) {
      const partition = partitions.get(id);
      let sizeBytes = 0;
      for (const segment of partition.segments) sizeBytes += segment.sizeBytes;
      for (const batch of partition.unwritten) sizeBytes += batch.bytes.length;
      const { startOffset } = partition;
      return { startOffset, endOffset: visibleEnd(partition, "committed"), sizeBytes };
    },
    async offsetAt(id, timestampMs) {
      return scans.retrying(id, async (partition) => {
        const endOffset = visibleEnd(partition, "committed");
        const aborted = abortedOf(partition);
        const found = await times.first(
          partition,
          timestampMs,
          (header) => header.baseOffset < endOffset && isVisible(header, aborted)
        );
        return found?.offset ?? endOffset;
      });
    }
  };
}
var NONE2 = [];
function abortedOf({ producers }) {
  return producers?.aborted ?? NONE2;
}
function isSpent(budget) {
  return budget.recordsLeft <= 0 || budget.bytesLeft <= 0;
}

// src/engines/log/segment/recovery.ts
import { basename } from "node:path";
function createRecovery(deps) {
  const { partitions, behind, tail, flushBytes, firstNewNumber } = deps;
  let groups = 0;
  async function flushWhenLarge() {
    if (tail.unwrittenBytes() <= flushBytes) return;
    try {
      await behind.flush();
    } catch (error) {
      if (!(error instanceof EngineError && error.kind === "full")) throw error;
    }
  }
  return {
    groupCount: () => groups,
    async replay(entries) {
      groups++;
      for (const entry of entries) {
        const isKnown = partitions.byNumber.has(entry.partition);
        if (isKnown || entry.partition >= firstNewNumber) await replayEntry(deps, entry);
      }
      await flushWhenLarge();
    }
  };
}
async function replayEntry({ partitions, tail, cipher }, entry) {
  const partition = partitions.byNumber.get(entry.partition);
  if (entry.kind === "settings") {
    const { id, settings } = JSON.parse(entry.body.toString("utf8"));
    await cipher.load(settings);
    partitions.apply(entry.partition, id, settings);
  } else if (entry.kind === "removal") {
    if (partition) partitions.remove(partition);
  } else if (entry.kind === "trim") {
    if (partition) partitions.trim(partition, entry.baseOffset);
  } else if (partition) {
    replayBatch(tail, cipher, partition, entry);
  }
}
function replayBatch(tail, cipher, partition, entry) {
  const { baseOffset, body } = entry;
  if (baseOffset < partition.endOffset) return;
  const header = readBatchHeader(body, 0);
  assert(header, "a group holds whole batches");
  if (baseOffset > partition.endOffset) {
    const { topic } = partition.id;
    throw new EngineError("corrupt", `${topic}: records before offset ${baseOffset} are missing`);
  }
  const bytes = cipher.open(partition, body);
  if (bytes !== body && !isSoundBatch(bytes)) {
    throw new EngineError("corrupt", `${partition.id.topic}: a batch does not have its checksum`);
  }
  tail.publish(partition, { header, bytes, stored: body });
}
async function dropMissingSegments(deps) {
  const { disk, directory, clock, files, partitions } = deps;
  const names = new Set(await disk.list(directory));
  for (const partition of partitions.byNumber.values()) {
    const { id, settings, segments: list } = partition;
    const isThere = (segment) => segment.sizeBytes === 0 || names.has(basename(files.pathOf(partition, segment)));
    const oldestMs = clock.wallMs() - settings.retentionMs;
    const isTrimmed = (segment) => (list[list.indexOf(segment) + 1]?.baseOffset ?? partition.writtenOffset) <= partition.startOffset;
    const mayBeGone = (segment) => isTrimmed(segment) || settings.compaction?.deletes !== false && (settings.retentionBytes !== void 0 || newestMsOf(segment) < oldestMs);
    const count = list.findLastIndex((segment) => !isThere(segment)) + 1;
    const lost = list.slice(0, count).find((segment) => !mayBeGone(segment));
    if (lost) {
      throw new EngineError(
        "corrupt",
        `${id.topic}: a segment behind ${lost.baseOffset} is missing`
      );
    }
    list.splice(0, count);
    if (count > 0) advanceStart(partition, list[0]?.baseOffset ?? partition.writtenOffset);
  }
}

// src/engines/log/segment/scans.ts
function createScans(deps) {
  const { partitions, reader } = deps;
  function refuseOutside(partition, offset, isolation) {
    const { startOffset } = partition;
    const endOffset = visibleEnd(partition, isolation);
    if (offset >= startOffset && offset <= endOffset) return;
    throw new EngineError("invalid", `offset ${offset} is not in ${startOffset} to ${endOffset}`);
  }
  async function scan(partition, offset, bytesMax, visit) {
    let next = offset;
    const noting = (header, bytes) => {
      if (!visit(header, bytes)) return false;
      next = header.endOffset;
      return true;
    };
    while (next < tailStart(partition)) {
      const { writtenOffset } = partition;
      if (!await reader.scan(partition, next, bytesMax, noting)) return false;
      next = Math.max(next, writtenOffset);
    }
    return scanTail(partition, next, noting);
  }
  async function retrying(id, work) {
    for (; ; ) {
      const partition = partitions.get(id);
      const { segmentChanges } = partition;
      try {
        return await work(partition);
      } catch (error) {
        if (!(error instanceof EngineError && error.kind === "not-found")) throw error;
        const now = partitions.get(id);
        if (now !== partition || now.segmentChanges !== segmentChanges) continue;
        throw new EngineError("corrupt", `a segment of ${id.topic} is missing`, error);
      }
    }
  }
  return {
    scan,
    retrying,
    within: (id, offset, isolation, read) => retrying(id, async (partition) => {
      refuseOutside(partition, offset, isolation);
      return read(partition, (from, bytesMax, visit) => scan(partition, from, bytesMax, visit));
    }),
    async waitFor(partition, offset, isolation, signal) {
      const isThere = offset < visibleEnd(partition, isolation);
      if (isThere || partition.settings.closed || signal.aborted) return;
      await new Promise((resolve, reject) => {
        const forget = () => {
          partition.waiters.delete(waiter);
          signal.removeEventListener("abort", waiter.resolve);
        };
        const waiter = {
          offset,
          isolation,
          resolve() {
            forget();
            resolve();
          },
          reject(error) {
            forget();
            reject(error);
          }
        };
        partition.waiters.add(waiter);
        signal.addEventListener("abort", waiter.resolve);
      });
    }
  };
}

// src/engines/log/segment/segment-files.ts
import { basename as basename2, join as join2 } from "node:path";

// src/engines/log/segment/file-pool.ts
function createFilePool(disk, filesMax) {
  const entries = /* @__PURE__ */ new Map();
  function take(path, create) {
    let entry = entries.get(path);
    if (entry) entries.delete(path);
    else entry = { opening: disk.open(path, { create }), users: 0, dropped: false };
    entries.set(path, entry);
    entry.users++;
    return entry;
  }
  async function lend(path, create, work) {
    const entry = take(path, create);
    try {
      return await work(await open(path, entry));
    } finally {
      entry.users--;
      if (entry.dropped) await closeUnused(entry);
      else if (entries.size > filesMax) await closeOldest();
    }
  }
  async function open(path, entry) {
    try {
      return await entry.opening;
    } catch (error) {
      if (entries.get(path) === entry) entries.delete(path);
      throw error;
    }
  }
  async function closeOldest() {
    for (const [path, entry] of entries) {
      if (entry.users > 0) continue;
      entries.delete(path);
      return closeUnused(entry);
    }
  }
  async function closeUnused(entry) {
    if (entry.users > 0) return;
    const file = await entry.opening.catch(() => void 0);
    await file?.close();
  }
  async function drop(path) {
    const entry = entries.get(path);
    if (!entry) return;
    entries.delete(path);
    entry.dropped = true;
    await closeUnused(entry);
  }
  return {
    use: (path, work) => lend(path, false, work),
    create: (path, work) => lend(path, true, work),
    drop,
    async close() {
      for (const path of [...entries.keys()]) await drop(path);
    }
  };
}

// src/engines/log/segment/segment-files.ts
var NAME2 = /^\d{8,}-\d{16}(-\d+)?\.(log|index)$/;
function createSegmentFiles(deps) {
  const { disk, directory } = deps;
  const pool = createFilePool(disk, deps.filesMax);
  function path(partition, segment, extension) {
    const number = String(partition.number).padStart(8, "0");
    const baseOffset = String(segment.baseOffset).padStart(16, "0");
    const revision = segment.revision === 0 ? "" : `-${segment.revision}`;
    return join2(directory, `${number}-${baseOffset}${revision}.${extension}`);
  }
  async function removeFile(path2) {
    await pool.drop(path2);
    await disk.remove(path2);
  }
  return {
    pool,
    pathOf: (partition, segment) => path(partition, segment, "log"),
    indexPathOf: (partition, segment) => path(partition, segment, "index"),
    async remove(partition, segments) {
      for (const segment of segments) {
        await removeFile(path(partition, segment, "log"));
        await removeFile(path(partition, segment, "index"));
      }
    },
    async removeOrphans(partitions) {
      const known = /* @__PURE__ */ new Set();
      for (const partition of partitions.values()) {
        for (const segment of partition.segments) {
          known.add(basename2(path(partition, segment, "log")));
          known.add(basename2(path(partition, segment, "index")));
        }
      }
      for (const name of await disk.list(directory)) {
        if (NAME2.test(name) && !known.has(name)) await disk.remove(join2(directory, name));
      }
    }
  };
}

// src/engines/log/segment/segment-reader.ts
var INDEXES_MAX = 256;
function createSegmentReader(files, cipher) {
  const loaded = /* @__PURE__ */ new Set();
  async function indexOf(partition, segment) {
    if (segment.index) return segment.index;
    const index = await loadIndex(partition, segment) ?? await files.pool.use(
      files.pathOf(partition, segment),
      (file) => scanForIndex(file, segment)
    );
    segment.index ??= index;
    loaded.add(segment);
    for (const oldest of loaded) {
      if (loaded.size <= INDEXES_MAX) break;
      loaded.delete(oldest);
      oldest.index = void 0;
    }
    return index;
  }
  async function loadIndex(partition, segment) {
    const path = files.indexPathOf(partition, segment);
    try {
      return await files.pool.use(path, async (file) => {
        const bytes = Buffer.alloc(await file.size());
        await file.read(bytes, 0);
        return decodeIndex(bytes);
      });
    } catch (error) {
      if (error instanceof EngineError && error.kind === "not-found") return void 0;
      throw error;
    } finally {
      await files.pool.drop(path);
    }
  }
  async function scanSegment(partition, segment, from, skips, visit) {
    return files.pool.use(files.pathOf(partition, segment), async (file) => {
      const batches = batchesOf(file, segment, from.position, from.chunkBytes);
      for await (const { header, bytes } of batches) {
        if (skips(header)) continue;
        const goesOn = visit(header, checked(cipher.open(partition, bytes), partition, segment));
        if (goesOn !== true && !await goesOn) return false;
      }
      return true;
    });
  }
  return {
    async scan(partition, offset, bytesMax, visit) {
      const chunkBytes = Math.min(bytesMax + 2 * INDEX_INTERVAL_BYTES, CHUNK_BYTES_MAX);
      const list = [...partition.segments];
      let at = Math.max(0, countOf(list, (segment) => segment.baseOffset <= offset) - 1);
      for (; at < list.length; at++) {
        const segment = list[at];
        if (!segment?.sizeBytes) continue;
        const position = positionOfOffset(await indexOf(partition, segment), offset);
        const skips = (header) => header.endOffset <= offset;
        const from = { position, chunkBytes };
        if (!await scanSegment(partition, segment, from, skips, visit)) return false;
      }
      return true;
    },
    async scanFromTimestamp(partition, timestampMs, visit) {
      const skips = (header) => header.maxTimestampMs < timestampMs;
      for (const segment of [...partition.segments]) {
        if (segment.maxTimestampMs < timestampMs) continue;
        const index = await indexOf(partition, segment);
        const position = positionOfTimestamp(index, timestampMs);
        const from = { position, chunkBytes: CHUNK_BYTES_MAX };
        if (!await scanSegment(partition, segment, from, skips, visit)) return false;
      }
      return true;
    },
    scanOne(partition, segment, visit) {
      const from = { position: 0, chunkBytes: CHUNK_BYTES_MAX };
      return scanSegment(partition, segment, from, () => false, visit);
    }
  };
}
function checked(bytes, partition, segment) {
  if (isSoundBatch(bytes)) return bytes;
  throw new EngineError(
    "corrupt",
    `a batch of ${partition.id.topic}/${partition.id.partition} in the segment at ${segment.baseOffset} does not have its checksum`
  );
}

// src/engines/log/segment/tail-cache.ts
var OVERHEAD_BYTES = 400;
function createTailCache(bytesMax, clock) {
  const batches = createFifo();
  const dirty = /* @__PURE__ */ new Set();
  let bytes = 0;
  let unwrittenBytes = 0;
  function evict() {
    while (bytes > bytesMax) {
      const oldest = batches.at(0);
      if (!oldest || !(oldest.written || oldest.partition.removed)) return;
      batches.shift();
      bytes -= sizeOf2(oldest);
      if (!oldest.partition.removed) oldest.partition.tail.shift();
    }
  }
  return {
    publish(partition, { header, bytes: plain, stored }) {
      const batch = { partition, header, bytes: plain, stored, written: false };
      batches.push(batch);
      bytes += sizeOf2(batch);
      unwrittenBytes += plain.length;
      partition.tail.push(batch);
      partition.unwritten.push(batch);
      dirty.add(partition);
      partition.endOffset = header.endOffset;
      if (header.producerId >= 0 && header.baseOffset >= partition.producersOffset) {
        partition.producers ??= createProducers();
        noteBatch(partition.producers, header, plain, clock.wallMs());
      }
      evict();
      wake(partition);
    },
    markWritten(partition, count) {
      for (const batch of partition.unwritten.splice(0, count)) {
        batch.written = true;
        bytes -= sizeOf2(batch);
        batch.stored = batch.bytes;
        bytes += sizeOf2(batch);
        partition.writtenOffset = batch.header.endOffset;
        unwrittenBytes -= batch.bytes.length;
      }
      if (partition.unwritten.length === 0) dirty.delete(partition);
      evict();
    },
    forget(partition) {
      for (const batch of partition.unwritten) unwrittenBytes -= batch.bytes.length;
      partition.unwritten = [];
      dirty.delete(partition);
      evict();
    },
    unwrittenBytes: () => unwrittenBytes,
    unwritten: () => [...dirty]
  };
}
function sizeOf2({ bytes, stored }) {
  return bytes.length + (stored === bytes ? 0 : stored.length) + OVERHEAD_BYTES;
}

// src/engines/log/segment/time-search.ts
var SCAN_BYTES = 1 << 20;
function createTimeSearch(reader, scans) {
  async function first(partition, timestampMs, accepts) {
    let found;
    const { writtenOffset } = partition;
    const visit = (header, bytes) => {
      if (header.maxTimestampMs < timestampMs || header.endOffset <= partition.startOffset) {
        return true;
      }
      const batch = accepts(header) && openBatch(header, bytes);
      if (batch) found = findTimestamp(batch, partition.startOffset, timestampMs);
      return found === void 0;
    };
    if (await reader.scanFromTimestamp(partition, timestampMs, visit)) {
      scanTail(partition, writtenOffset, visit);
    }
    return found;
  }
  async function greatestOfAll(partition, accepts) {
    let greatestMs = Number.NEGATIVE_INFINITY;
    await scans.scan(partition, partition.startOffset, SCAN_BYTES, (header) => {
      if (accepts(header)) greatestMs = Math.max(greatestMs, header.maxTimestampMs);
      return true;
    });
    return greatestMs;
  }
  return {
    first,
    async greatest(partition, accepts) {
      let greatestMs = Number.NEGATIVE_INFINITY;
      for (const { maxTimestampMs } of partition.segments) {
        greatestMs = Math.max(greatestMs, maxTimestampMs);
      }
      for (const { header } of partition.unwritten) {
        greatestMs = Math.max(greatestMs, header.maxTimestampMs);
      }
      return await first(partition, greatestMs, accepts) ?? first(partition, await greatestOfAll(partition, accepts), accepts);
    }
  };
}

// src/engines/log/segment/wal.ts
import { join as join3 } from "node:path";

// src/engines/log/segment/wal-group.ts
var GROUP_ALIGNMENT = 512;
var GROUP_HEADER_BYTES = 40;
var HEAD_BYTES = 21;
var MAGIC = 1196903496;
var CRC_FROM = 8;
var KINDS = ["batch", "settings", "removal", "trim"];
function groupSize(entries) {
  let size = GROUP_HEADER_BYTES;
  for (const entry of entries) size += HEAD_BYTES + entry.body.length;
  return aligned(size);
}
function aligned(size) {
  return Math.ceil(size / GROUP_ALIGNMENT) * GROUP_ALIGNMENT;
}
function encodeGroup(identity, entries) {
  const head = Buffer.allocUnsafe(GROUP_HEADER_BYTES + entries.length * HEAD_BYTES);
  const bodies = [head];
  let bodyBytes = 0;
  let at = GROUP_HEADER_BYTES;
  for (const entry of entries) {
    head[at] = KINDS.indexOf(entry.kind);
    head.writeUInt32LE(entry.partition, at + 1);
    head.writeDoubleLE(entry.baseOffset, at + 5);
    head.writeUInt32LE(entry.body.length, at + 13);
    head.writeUInt32LE(checksumOf(entry), at + 17);
    at += HEAD_BYTES;
    bodyBytes += entry.body.length;
    if (entry.body.length > 0) bodies.push(entry.body);
  }
  head.writeUInt32LE(MAGIC, 0);
  head.writeDoubleLE(identity.generation, 8);
  head.writeDoubleLE(identity.sequence, 16);
  head.writeDoubleLE(identity.previous, 24);
  head.writeUInt32LE(bodyBytes, 32);
  head.writeUInt32LE(entries.length, 36);
  head.writeUInt32LE(crc32c(head.subarray(CRC_FROM)), 4);
  return bodies;
}
function readGroupHeader(bytes) {
  if (bytes.length < GROUP_HEADER_BYTES || bytes.readUInt32LE(0) !== MAGIC) return void 0;
  const entryCount = bytes.readUInt32LE(36);
  return {
    generation: bytes.readDoubleLE(8),
    sequence: bytes.readDoubleLE(16),
    previous: bytes.readDoubleLE(24),
    sizeBytes: GROUP_HEADER_BYTES + entryCount * HEAD_BYTES + bytes.readUInt32LE(32),
    entryCount
  };
}
function decodeGroup(bytes, header) {
  assert(bytes.length === header.sizeBytes, "a group is decoded whole");
  const headEnd = GROUP_HEADER_BYTES + header.entryCount * HEAD_BYTES;
  if (crc32c(bytes.subarray(CRC_FROM, headEnd)) !== bytes.readUInt32LE(4)) return void 0;
  const entries = [];
  let bodyAt = headEnd;
  for (let at = GROUP_HEADER_BYTES; at < headEnd; at += HEAD_BYTES) {
    const bodyEnd = bodyAt + bytes.readUInt32LE(at + 13);
    const entry = {
      kind: KINDS[bytes[at] ?? 0] ?? "batch",
      partition: bytes.readUInt32LE(at + 1),
      baseOffset: bytes.readDoubleLE(at + 5),
      body: bytes.subarray(bodyAt, bodyEnd)
    };
    if (!isSoundEntry(entry, bytes.readUInt32LE(at + 17))) return void 0;
    entries.push(entry);
    bodyAt = bodyEnd;
  }
  return entries;
}
function hasOwnChecksum({ kind, body }) {
  return kind === "batch" && storedKeyNumber(body) === 0;
}
function checksumOf(entry) {
  return hasOwnChecksum(entry) ? storedChecksum(entry.body) : crc32c(entry.body);
}
function isSoundEntry(entry, sum) {
  const { kind, body, baseOffset } = entry;
  if (kind === "batch" && readBatchHeader(body, 0)?.baseOffset !== baseOffset) return false;
  return checksumOf(entry) === sum && (!hasOwnChecksum(entry) || isSoundBatch(body));
}

// src/engines/log/segment/wal-reader.ts
var WINDOW_BYTES = 1 << 20;
async function* readGroups(file, sizeBytes) {
  let window = Buffer.alloc(0);
  let windowAt = 0;
  let generation;
  async function view(position, length) {
    if (position < windowAt || position + length > windowAt + window.length) {
      const target = Buffer.allocUnsafeSlow(Math.min(Math.max(length, WINDOW_BYTES), sizeBytes));
      window = target.subarray(0, await file.read(target, position));
      windowAt = position;
    }
    return window.subarray(position - windowAt, position - windowAt + length);
  }
  for (let position = 0; position < sizeBytes; ) {
    const header = readGroupHeader(await view(position, GROUP_HEADER_BYTES));
    if (!header || (generation ?? header.generation) !== header.generation) return;
    if (header.sizeBytes > sizeBytes - position) return;
    const bytes = await view(position, header.sizeBytes);
    const entries = bytes.length === header.sizeBytes ? decodeGroup(bytes, header) : void 0;
    if (!entries) return;
    generation = header.generation;
    yield { header, entries, bytes, position };
    position += aligned(header.sizeBytes);
  }
}
async function readFirstGroup(file, sizeBytes) {
  for await (const group of readGroups(file, sizeBytes)) return group.header;
  return void 0;
}

// src/engines/log/segment/wal.ts
var FIRST_SLOT_BYTES = 4 << 20;
var GROWTH = 4;
var ZEROS_BYTES = 1 << 20;
var NAME3 = /^wal-\d+$/;
async function openWal(options, from, replay) {
  const found = await openSlots(options, from);
  const used = found.flatMap(({ slot, first }) => first ? [{ slot, first }] : []);
  used.sort((a, b) => a.first.generation - b.first.generation);
  const sequence = await replaySlots(used, from.sequence, replay);
  const generation = Math.max(from.generation, (used.at(-1)?.first.generation ?? 0) + 1);
  return createWal(
    options,
    found.map(({ slot }) => slot),
    { generation, sequence }
  );
}
function createWal(options, slots, start) {
  const { disk, directory, slotBytes, slotsMax, onRoll, makeRoom } = options;
  let nextGeneration = start.generation;
  let attempt = start.sequence;
  let committed = start.sequence;
  let active;
  let spare;
  let targetBytes = Math.min(FIRST_SLOT_BYTES, slotBytes);
  async function prepareSlot(sizeBytes) {
    const wanted = Math.max(sizeBytes, targetBytes);
    let slot = slots.find((one) => one.generation === void 0);
    if (!slot && slots.length < slotsMax) {
      slot = await createSlot(disk, directory, slots);
      slots.push(slot);
    }
    if (!slot) {
      await makeRoom();
      slot = slots.find((one) => one.generation === void 0);
      if (!slot) throw new EngineError("unavailable", `${directory}: no slot became free`);
    }
    if (slot.sizeBytes < wanted) {
      await fillWithZeros(disk, directory, slot, wanted);
      targetBytes = Math.min(slotBytes, wanted * GROWTH);
    }
    return slot;
  }
  function prepareSpare() {
    if (spare) return;
    spare = prepareSlot(0);
    spare.catch(() => {
      spare = void 0;
    });
  }
  async function roll(sizeBytes) {
    const ready = await spare?.catch(() => void 0);
    spare = void 0;
    const slot = ready && ready.sizeBytes >= sizeBytes ? ready : await prepareSlot(sizeBytes);
    const generation = nextGeneration++;
    const isFirst = active === void 0;
    slot.generation = generation;
    active = { slot, start: { generation, sequence: committed }, position: 0 };
    if (!isFirst) onRoll();
    return active;
  }
  return {
    async commit(entries) {
      const sizeBytes = groupSize(entries);
      const fits = active && active.position + sizeBytes <= active.slot.sizeBytes;
      const place = active && fits ? active : await roll(sizeBytes);
      const { slot, position } = place;
      const identity = {
        generation: slot.generation ?? 0,
        sequence: ++attempt,
        previous: committed
      };
      await slot.file.write(encodeGroup(identity, entries), position);
      committed = identity.sequence;
      place.position = position + sizeBytes;
      if (place.position > slot.sizeBytes / 2) prepareSpare();
    },
    mark: () => active?.start ?? { generation: nextGeneration, sequence: committed },
    seal() {
      active = void 0;
      return { generation: nextGeneration, sequence: committed };
    },
    release(mark) {
      for (const slot of slots) {
        if (slot.generation !== void 0 && slot.generation < mark.generation) {
          slot.generation = void 0;
        }
      }
    },
    async close() {
      await spare?.catch(() => void 0);
      for (const slot of slots) await slot.file.close();
    }
  };
}
async function openSlots({ disk, directory }, from) {
  const found = [];
  for (const name of await disk.list(directory)) {
    if (!NAME3.test(name)) continue;
    const path = join3(directory, name);
    const file = await disk.open(path, { synced: true });
    const sizeBytes = await file.size();
    const header = await readFirstGroup(file, sizeBytes);
    const first = header && header.generation >= from.generation ? header : void 0;
    found.push({ slot: { path, file, sizeBytes, generation: first?.generation }, first });
  }
  return found;
}
async function replaySlots(used, from, replay) {
  let sequence = from;
  let last;
  for (const [index, { slot, first }] of used.entries()) {
    if (first.previous !== sequence) {
      throw new EngineError("corrupt", `${slot.path}: a group behind ${sequence} is missing`);
    }
    const until = used[index + 1]?.first.previous ?? Number.MAX_SAFE_INTEGER;
    for await (const group of readGroups(slot.file, slot.sizeBytes)) {
      if (group.header.previous !== sequence || group.header.sequence > until) break;
      sequence = group.header.sequence;
      last = { slot, group };
      await replay(group.entries);
    }
  }
  if (last) {
    await last.slot.file.write([last.group.bytes], last.group.position);
  }
  return sequence;
}
async function createSlot(disk, directory, slots) {
  const numbers = slots.map((slot) => Number(slot.path.slice(slot.path.lastIndexOf("-") + 1)));
  const path = join3(directory, `wal-${Math.max(-1, ...numbers) + 1}`);
  const file = await disk.open(path, { create: true, synced: true });
  return { path, file, sizeBytes: 0, generation: void 0 };
}
async function fillWithZeros(disk, directory, slot, sizeBytes) {
  const zeros = Buffer.alloc(Math.min(ZEROS_BYTES, sizeBytes));
  const file = await disk.open(slot.path);
  try {
    for (let at = 0; at < sizeBytes; at += zeros.length) {
      await file.write([zeros.subarray(0, sizeBytes - at)], at);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  await disk.syncDirectory(directory);
  slot.sizeBytes = sizeBytes;
}

// src/engines/log/segment/write-behind.ts
var FULL_REST_MS = 500;
function createWriteBehind(deps) {
  const { clock, tail, files, writer, partitions } = deps;
  const turns = createTurns();
  const guard = createGuard(deps);
  const checkpoints = createTurns();
  const underWay = /* @__PURE__ */ new Map();
  let replaced = [];
  async function writeAll() {
    for (const partition of tail.unwritten()) await writer.write(partition);
  }
  const flush = () => turns.take(() => guard(writeAll));
  async function checkpointNow(markOf) {
    const mark = markOf();
    const taken = await turns.take(async () => {
      await writeAll();
      return {
        snapshot: snapshotOf(mark, deps.nextNumber(), partitions),
        unsynced: writer.takeUnsynced(),
        replaced
      };
    });
    await writer.sync(taken.unsynced);
    await writeSnapshot(deps.disk, deps.directory, taken.snapshot);
    deps.release(mark);
    replaced = replaced.filter((one) => !taken.replaced.includes(one));
    for (const { partition, sources } of taken.replaced) await remove(partition, sources);
  }
  const checkpoint = (mark) => checkpoints.take(() => guard(() => checkpointNow(mark)));
  function start(name, work) {
    if (underWay.has(name)) return;
    const running = work().catch(() => void 0).then(() => void underWay.delete(name));
    underWay.set(name, running);
  }
  async function remove(partition, gone) {
    try {
      await turns.take(() => files.remove(partition, gone));
    } catch (error) {
      deps.fail(error);
      throw error;
    }
  }
  async function retain(mark) {
    await unlessFull(flush);
    const dropped = await turns.take(
      async () => [...partitions.values()].flatMap((partition) => {
        if (partition.producers) expireProducers(partition.producers, clock.wallMs());
        const expired = takeExpired(partition, clock.wallMs());
        return expired.length > 0 ? [{ partition, expired }] : [];
      })
    );
    if (dropped.length === 0) return;
    await unlessFull(() => checkpoint(mark));
    for (const { partition, expired } of dropped) await remove(partition, expired);
  }
  return {
    flush,
    startFlush: () => start("flush", flush),
    startCheckpoint: (mark) => start("checkpoint", () => checkpoint(mark)),
    startRetain: (mark) => start("retain", () => retain(mark)),
    checkpoint,
    retain,
    async replace(replacement, mark) {
      const isDone = await turns.take(async () => {
        if (!replaceSegments(replacement)) return false;
        writer.adopt(replacement.partition, replacement.outputs);
        replaced = [...replaced, replacement];
        return true;
      });
      if (isDone) await checkpoint(mark).catch(() => void 0);
      return isDone;
    },
    removeFiles: (partition) => remove(partition, partition.segments),
    async settled() {
      while (underWay.size > 0) await Promise.all(underWay.values());
      await checkpoints.take(async () => void 0);
      await turns.take(async () => void 0);
    }
  };
}
function createGuard(deps) {
  const { clock, log } = deps;
  let full;
  return async (work) => {
    const failure = deps.failure();
    if (failure) throw failure;
    if (full && clock.monotonicMs() - full.sinceMs < FULL_REST_MS) throw full.error;
    try {
      const result = await work();
      if (full) log.info({}, "the medium of the log has space again");
      full = void 0;
      return result;
    } catch (error) {
      if (isFull(error)) {
        if (!full) log.warn({ err: error }, "the medium of the log is full");
        full = { error, sinceMs: clock.monotonicMs() };
      } else deps.fail(error);
      throw error;
    }
  };
}
function isFull(error) {
  return error instanceof EngineError && error.kind === "full";
}
async function unlessFull(work) {
  try {
    await work();
  } catch (error) {
    if (!isFull(error)) throw error;
  }
}
function snapshotOf(mark, nextNumber, partitions) {
  return {
    mark,
    nextNumber,
    partitions: Array.from(partitions.values(), (partition) => ({
      ...partition.cleanedOffset > 0 && { cleanedOffset: partition.cleanedOffset },
      ...partition.producers && {
        producers: snapshotProducers(partition.producers, partition.endOffset)
      },
      number: partition.number,
      id: partition.id,
      settings: partition.settings,
      startOffset: partition.startOffset,
      endOffset: partition.writtenOffset,
      segments: partition.segments.filter((segment) => segment.sizeBytes > 0).map(
        ({ baseOffset, sizeBytes, maxTimestampMs, createdMs, revision }) => [baseOffset, sizeBytes, maxTimestampMs, createdMs, revision]
      )
    }))
  };
}
function createTurns() {
  let last = Promise.resolve();
  return {
    take(work) {
      const turn = last.then(work);
      last = turn.catch(() => void 0);
      return turn;
    }
  };
}

// src/engines/log/segment/segment-log.ts
var DEFAULT_SIZES = {
  slotBytes: 64 << 20,
  slotsMax: 4,
  segmentBytes: 64 << 20,
  tailBytes: 16 << 20,
  flushBytes: 8 << 20,
  unwrittenBytesMax: 64 << 20,
  filesMax: 256,
  retentionCheckMs: 3e4,
  compactionKeysMax: 1 << 20
};
async function openSegmentLog(options) {
  const { disk, directory, clock, log } = options;
  const sizes = { ...DEFAULT_SIZES, ...options.sizes };
  await disk.makeDirectory(directory);
  await disk.syncDirectory(dirname(directory));
  await disk.syncDirectory(directory);
  const snapshot = await readSnapshot(disk, directory);
  const tail = createTailCache(sizes.tailBytes, clock);
  const cipher = createCipher(options.keyOf);
  for (const { settings } of snapshot.partitions) await cipher.load(settings);
  const partitions = createPartitions(snapshot, tail);
  const files = createSegmentFiles({ disk, directory, filesMax: sizes.filesMax });
  await files.removeOrphans(partitions.byNumber);
  const health = createHealth(log);
  const behind = createWriteBehind({
    disk,
    directory,
    clock,
    log,
    tail,
    files,
    writer: createSegmentWriter({ ...sizes, disk, directory, clock, tail, files }),
    partitions: partitions.byNumber,
    nextNumber: partitions.nextNumber,
    release: (mark) => wal.release(mark),
    ...health
  });
  const recovery = createRecovery({
    partitions,
    tail,
    cipher,
    behind,
    flushBytes: sizes.flushBytes,
    firstNewNumber: snapshot.nextNumber
  });
  const wal = await openWal(
    {
      ...sizes,
      disk,
      directory,
      onRoll: () => behind.startCheckpoint(() => wal.mark()),
      makeRoom: () => behind.checkpoint(() => wal.mark())
    },
    snapshot.mark,
    recovery.replay
  );
  await dropMissingSegments({ disk, directory, clock, files, partitions });
  return createEngine({
    ...options,
    sizes,
    tail,
    cipher,
    partitions,
    files,
    health,
    behind,
    recovery,
    wal
  });
}
function createHealth(log) {
  let failure;
  return {
    failure: () => failure,
    fail(error) {
      if (failure || error instanceof EngineError && error.kind === "full") return;
      failure = new EngineError("unavailable", "the log stopped after a failed write", error);
      log.error({ err: error }, "a write failed: the log takes nothing until it is opened again");
    }
  };
}
function createEngine(parts) {
  const { clock, log, sizes, tail, cipher, partitions, files, health, behind, wal } = parts;
  const closing = new AbortController();
  const committer = createCommitter({
    clock,
    partitions,
    tail,
    cipher,
    commit: wal.commit,
    async makeRoom() {
      if (tail.unwrittenBytes() > sizes.unwrittenBytesMax) await behind.flush();
    },
    onCommit() {
      if (tail.unwrittenBytes() > sizes.flushBytes) behind.startFlush();
    },
    ...health
  });
  if (parts.recovery.groupCount() > 0) behind.startCheckpoint(() => wal.mark());
  const reader = createSegmentReader(files, cipher);
  const compactor = createCompactor({
    ...sizes,
    clock,
    log,
    files,
    reader,
    cipher,
    partitions: partitions.byNumber,
    replace: (replacement) => behind.replace(replacement, () => wal.mark())
  });
  const retaining = retainInRounds();
  async function retainInRounds() {
    for (; ; ) {
      await clock.sleep(sizes.retentionCheckMs, closing.signal);
      if (closing.signal.aborted || health.failure()) return;
      try {
        await behind.retain(() => wal.mark());
        await compactor.round(closing.signal);
      } catch (error) {
        log.warn({ err: error }, "old segments were not removed; the next round tries again");
      }
    }
  }
  const scans = createScans({ partitions, reader });
  const times = createTimeSearch(reader, scans);
  function refuseClosed2() {
    if (closing.signal.aborted) throw closed2();
  }
  return {
    capabilities: {
      retention: true,
      batches: true,
      compaction: true,
      encryption: parts.keyOf !== void 0
    },
    ...createReads({ partitions, scans, times, log }),
    ...createWrites({
      partitions,
      behind,
      cipher,
      committer,
      refuseClosed: refuseClosed2,
      mark: () => wal.mark()
    }),
    batches: createBatchLog({ partitions, scans, times, committer, refuseClosed: refuseClosed2 }),
    async close() {
      if (closing.signal.aborted) return;
      closing.abort();
      await committer.drained();
      await retaining;
      await behind.settled();
      if (!health.failure()) await checkpointAtClose();
      for (const partition of partitions.byNumber.values()) {
        for (const waiter of partition.waiters) waiter.reject(closed2());
      }
      await wal.close();
      await files.pool.close();
    }
  };
  async function checkpointAtClose() {
    try {
      await behind.checkpoint(() => wal.seal());
    } catch (error) {
      log.warn({ err: error }, "no checkpoint of the log at its end");
    }
  }
}
function createWrites(deps) {
  const { partitions, behind, cipher, committer, refuseClosed: refuseClosed2, mark } = deps;
  return {
    async ensurePartition(id, settings) {
      refuseClosed2();
      if (cipher.needsKeys(settings)) await cipher.load(settings);
      refuseClosed2();
      await committer.ensure(id, settings);
    },
    async removePartition(id) {
      refuseClosed2();
      const removed = await committer.remove(id);
      if (removed) await behind.removeFiles(removed);
    },
    async append(id, records) {
      refuseClosed2();
      const partition = partitions.get(id);
      if (records.length === 0) return { baseOffset: partition.endOffset };
      if (partition.settings.compaction && records.some(({ key }) => key === null)) throw keyless();
      return committer.append(partition, records);
    },
    async trim(id, offset) {
      refuseClosed2();
      await committer.trim(id, offset);
      const partition = partitions.find(id);
      if (partition && hasTrimmedSegment(partition)) behind.startRetain(mark);
    }
  };
}
function closed2() {
  return new EngineError("unavailable", "the log is closed");
}
export {
  openSegmentLog
};
