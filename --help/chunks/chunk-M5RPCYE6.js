import { createRequire as headraceRequire } from 'node:module'; const require = headraceRequire(import.meta.url);

// src/services/kinesis/aggregation.ts
import { isUtf8 } from "node:buffer";
import { hash } from "node:crypto";

// src/services/kinesis/limits.ts
var MIB = 1 << 20;
var HOUR_MS = 36e5;
var RECORD_KIB_DEFAULT = 1024;
var PUT_RECORDS_BYTES_MAX = 10 * MIB;
var HASH_KEY_MAX = 2n ** 128n - 1n;
var GET_RECORDS_COUNT_MAX = 1e4;
var GET_RECORDS_BYTES_MAX = 10 * MIB;
var ITERATOR_LIFE_MS = 3e5;
var NEXT_TOKEN_LIFE_MS = 3e5;
var RETENTION_HOURS_MIN = 24;
var RETENTION_HOURS_MAX = 8760;
var HOURS_TO_MS = HOUR_MS;
var WRITE_BYTES_PER_SECOND = MIB;
var WRITE_RECORDS_PER_SECOND = 1e3;
var READ_BYTES_PER_SECOND = 2 * MIB;
var READ_CALLS_PER_SECOND = 5;
var ON_DEMAND_SHARDS = 4;
var ON_DEMAND_SHARDS_MAX = 200;
var PEAK_DAYS = 30;
var GROWTH_PAUSE_MS = 15 * 6e4;
var SHARDS_MAX = 2e4;
var ON_DEMAND_STREAMS_MAX = 50;
var SHARD_COUNT_MAX = 1e4;
var SCALINGS_PER_DAY = 10;
var MODE_CHANGES_PER_DAY = 2;
var DAY_MS = 24 * HOUR_MS;
var ENCRYPTION_CHANGES_PER_DAY = 25;
var ENCRYPTION_CHANGES_MAX = 1e3;
var POLICY_BYTES_MAX = 20 * 1024;
var CONSUMERS_MAX = 20;
var CONSUMERS_ADVANTAGE_MAX = 50;
var COMMITMENT_MS = 24 * HOUR_MS;
var WARM_MIBPS_MAX = 10240;
var SUBSCRIPTION_LIFE_MS = 3e5;
var SUBSCRIPTION_TAKEOVER_MS = 5e3;
var AGGREGATED_RECORDS_MAX = 2e5;
var TAGS_MAX = 50;
var DESCRIBE_SHARDS_DEFAULT = 100;
var LIST_SHARDS_DEFAULT = 1e3;
var LIST_STREAMS_DEFAULT = 100;
var LIST_CONSUMERS_DEFAULT = 100;

// src/services/kinesis/aggregation.ts
var MAGIC = Buffer.from([243, 137, 154, 194]);
var DIGEST_BYTES = 16;
function deaggregate(data) {
  if (data[0] !== MAGIC[0] || data.length <= MAGIC.length + DIGEST_BYTES) return void 0;
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) return void 0;
  const message = bytes.subarray(MAGIC.length, -DIGEST_BYTES);
  if (hash("md5", message, "binary") !== bytes.latin1Slice(bytes.length - DIGEST_BYTES, bytes.length)) {
    return void 0;
  }
  return readAggregate(message);
}
function readAggregate(message) {
  const keys = [];
  const hashes = [];
  const records = [];
  for (const { number, value } of fieldsOf(message)) {
    if (typeof value === "number") {
      if (number >= 1 && number <= 3) return void 0;
    } else if (number === 1 || number === 2) {
      if (!isUtf8(value)) return void 0;
      const table = number === 1 ? keys : hashes;
      table.push(value.utf8Slice(0, value.length));
    } else if (number === 3) {
      const record = records.length < AGGREGATED_RECORDS_MAX ? readRecord(value) : void 0;
      if (!record) return void 0;
      records.push(record);
    } else if (number === BROKEN) return void 0;
  }
  return records.length > 0 ? withKeys(records, keys, hashes) : void 0;
}
function withKeys(records, keys, hashes) {
  const made = [];
  for (const { key, hash: hashIndex, data } of records) {
    const partitionKey = keys[key];
    if (partitionKey === void 0) return void 0;
    if (hashIndex === void 0) {
      made.push({ partitionKey, data });
      continue;
    }
    const explicitHashKey = hashes[hashIndex];
    if (explicitHashKey === void 0) return void 0;
    made.push({ partitionKey, explicitHashKey, data });
  }
  return made;
}
function readRecord(message) {
  let key;
  let hashIndex;
  let data;
  for (const { number, value } of fieldsOf(message)) {
    if (number === BROKEN) return void 0;
    if (number === 1 && typeof value === "number") key = value;
    else if (number === 2 && typeof value === "number") hashIndex = value;
    else if (number === 3 && typeof value !== "number") data = value;
    else if (number >= 1 && number <= 3) return void 0;
  }
  return key === void 0 || data === void 0 ? void 0 : { key, hash: hashIndex, data };
}
var BROKEN = -1;
var NOTHING = Buffer.alloc(0);
function* fieldsOf(message) {
  let at = 0;
  function varint() {
    let value = 0;
    for (let shift = 0; at < message.length && shift < 53; shift += 7) {
      const byte = message[at++];
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return Number.isSafeInteger(value) ? value : -1;
    }
    return -1;
  }
  function lengthOf(wireType) {
    if (wireType === 1) return 8;
    if (wireType === 5) return 4;
    return wireType === 2 ? varint() : -1;
  }
  while (at < message.length) {
    const tag = varint();
    const number = Math.floor(tag / 8);
    if (tag % 8 === 0 && number > 0) {
      const value = varint();
      yield value < 0 ? { number: BROKEN, value: NOTHING } : { number, value };
      if (value < 0) return;
      continue;
    }
    const length = number > 0 ? lengthOf(tag % 8) : -1;
    if (length < 0 || at + length > message.length) {
      yield { number: BROKEN, value: NOTHING };
      return;
    }
    yield { number, value: message.subarray(at, at + length) };
    at += length;
  }
}

export {
  RECORD_KIB_DEFAULT,
  PUT_RECORDS_BYTES_MAX,
  HASH_KEY_MAX,
  GET_RECORDS_COUNT_MAX,
  GET_RECORDS_BYTES_MAX,
  ITERATOR_LIFE_MS,
  NEXT_TOKEN_LIFE_MS,
  RETENTION_HOURS_MIN,
  RETENTION_HOURS_MAX,
  HOURS_TO_MS,
  WRITE_BYTES_PER_SECOND,
  WRITE_RECORDS_PER_SECOND,
  READ_BYTES_PER_SECOND,
  READ_CALLS_PER_SECOND,
  ON_DEMAND_SHARDS,
  ON_DEMAND_SHARDS_MAX,
  PEAK_DAYS,
  GROWTH_PAUSE_MS,
  SHARDS_MAX,
  ON_DEMAND_STREAMS_MAX,
  SHARD_COUNT_MAX,
  SCALINGS_PER_DAY,
  MODE_CHANGES_PER_DAY,
  DAY_MS,
  ENCRYPTION_CHANGES_PER_DAY,
  ENCRYPTION_CHANGES_MAX,
  POLICY_BYTES_MAX,
  CONSUMERS_MAX,
  CONSUMERS_ADVANTAGE_MAX,
  COMMITMENT_MS,
  WARM_MIBPS_MAX,
  SUBSCRIPTION_LIFE_MS,
  SUBSCRIPTION_TAKEOVER_MS,
  TAGS_MAX,
  DESCRIBE_SHARDS_DEFAULT,
  LIST_SHARDS_DEFAULT,
  LIST_STREAMS_DEFAULT,
  LIST_CONSUMERS_DEFAULT,
  deaggregate
};
