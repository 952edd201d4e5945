import { createRequire as headraceRequire } from 'node:module'; const require = headraceRequire(import.meta.url);
import {
  afterPrefix
} from "./chunk-KJ2O5COV.js";
import {
  EngineError
} from "./chunk-VCNPK3W3.js";

// src/engines/meta/lmdb/lmdb-meta.ts
import { mkdir, statfs } from "node:fs/promises";
import { open } from "lmdb";
var KEY_BYTES_MAX = 1900;
var GROUP_BYTES_MAX = 8e6;
var GROUP_BATCHES_MAX = 2e3;
var VERSIONS_PER_EPOCH = 2 ** 32;
var EPOCH_KEY = Buffer.from("epoch");
var FULL_BELOW_BYTES = 1e6;
var EIO = 5;
var ENOSPC = 28;
var EDQUOT = 122;
var MDB_MAP_FULL = -30792;
async function openLmdbMeta(options) {
  const { directory } = options;
  await mkdir(directory, { recursive: true });
  const root = open({
    path: directory,
    noSubdir: false,
    encoding: "binary",
    keyEncoding: "binary",
    overlappingSync: false,
    // Without it, a failed commit rejects a promise of LMDB's own that nobody holds.
    eventTurnBatching: false
  });
  const entries = root.openDB({
    name: "entries",
    encoding: "binary",
    keyEncoding: "binary",
    useVersions: true
  });
  const state = root.openDB({ name: "state", encoding: "binary", keyEncoding: "binary" });
  const firstVersion = await nextEpoch(state, directory);
  const commits = createGroupCommit({ root, entries, directory, firstVersion });
  return {
    capabilities: { shared: false },
    async get(key) {
      const entry = entries.getEntry(bytesOf(key));
      return entry && { key, value: entry.value, version: entry.version ?? 0 };
    },
    scan: async (range) => scan(entries, range),
    commit: (batch) => commits.add(batch),
    async close() {
      await commits.close();
      await root.close();
    }
  };
}
async function nextEpoch(state, directory) {
  const epoch = (state.get(EPOCH_KEY)?.readUInt32BE() ?? 0) + 1;
  const value = Buffer.alloc(4);
  value.writeUInt32BE(epoch);
  try {
    await state.put(EPOCH_KEY, value);
  } catch (error) {
    throw await foldError(error, directory);
  }
  return epoch * VERSIONS_PER_EPOCH;
}
function scan(entries, request) {
  const { limit, reverse = false } = request;
  const prefix = bytesOf(request.prefix);
  const found = [];
  const range = entries.getRange({
    ...startOf(prefix, request),
    ...reverse && { end: Buffer.alloc(0) },
    reverse,
    limit,
    versions: true
  });
  for (const { key, value, version } of range) {
    if (!prefix.equals(key.subarray(0, prefix.length))) break;
    found.push({ key, value, version: version ?? 0 });
  }
  return found;
}
function startOf(prefix, { after, reverse = false }) {
  const edge = reverse ? afterPrefix(prefix) : prefix;
  const inside = after && (!edge || Buffer.compare(after, edge) * (reverse ? -1 : 1) >= 0);
  const start = inside ? bytesOf(after) : edge;
  return {
    ...start && start.length > 0 && { start },
    exclusiveStart: inside === true || reverse
  };
}
function createGroupCommit(deps) {
  const { root, entries, directory } = deps;
  let waiting = [];
  let version = deps.firstVersion;
  let running;
  let closed = false;
  function takeGroup() {
    let sizeBytes = 0;
    let count = 0;
    for (const one of waiting) {
      sizeBytes += one.sizeBytes;
      if (count > 0 && (sizeBytes > GROUP_BYTES_MAX || count >= GROUP_BATCHES_MAX)) break;
      count++;
    }
    const group = waiting.slice(0, count);
    waiting = waiting.slice(count);
    return group;
  }
  function passing(group) {
    const written = /* @__PURE__ */ new Map();
    const versionOf = (key) => written.get(textOf(key)) ?? entries.getEntry(bytesOf(key))?.version ?? 0;
    return group.filter(({ batch, reject }) => {
      const { checks = [], puts = [], removals = [] } = batch;
      if (!checks.every((check) => versionOf(check.key) === check.version)) {
        reject(new EngineError("conflict", "a checked key has another version"));
        return false;
      }
      if (group.length === 1) return true;
      for (const { key } of puts) written.set(textOf(key), version);
      for (const key of removals) written.set(textOf(key), 0);
      return true;
    });
  }
  async function write(group) {
    version++;
    try {
      const batches = passing(group);
      if (batches.length === 0) return;
      await root.batch(() => {
        for (const { batch } of batches) put(batch);
      });
      for (const { resolve } of batches) resolve();
    } catch (error) {
      const folded = await foldError(error, directory);
      for (const { reject } of group) reject(folded);
    }
  }
  function put({ puts = [], removals = [] }) {
    for (const { key, value } of puts) void entries.put(bytesOf(key), bytesOf(value), version);
    for (const key of removals) void entries.remove(bytesOf(key));
  }
  async function run() {
    while (waiting.length > 0) await write(takeGroup());
    running = void 0;
  }
  function add(batch) {
    if (closed) return Promise.reject(new EngineError("unavailable", "the meta store is closed"));
    const sizeBytes = sizeOf(batch);
    return new Promise((resolve, reject) => {
      waiting.push({ batch, sizeBytes, resolve, reject });
      running ??= Promise.resolve().then(run);
    });
  }
  return {
    add: async (batch) => add(batch),
    async close() {
      closed = true;
      await running;
    }
  };
}
function sizeOf({ checks = [], puts = [], removals = [] }) {
  let sizeBytes = 0;
  const count = (key) => {
    if (key.length === 0 || key.length > KEY_BYTES_MAX) {
      throw new EngineError("invalid", `a key has 1 to ${KEY_BYTES_MAX} bytes, not ${key.length}`);
    }
    sizeBytes += key.length;
  };
  for (const { key } of checks) count(key);
  for (const key of removals) count(key);
  for (const { key, value } of puts) {
    count(key);
    sizeBytes += value.length;
  }
  return sizeBytes;
}
async function foldError(error, directory) {
  const cause = await causeOf(error);
  const code = Number(cause.code);
  const full = code === ENOSPC || code === EDQUOT || code === MDB_MAP_FULL || await isFull(code, directory);
  if (full) return new EngineError("full", "no space is left for metadata", cause);
  return new EngineError("unavailable", "metadata could not be written", cause);
}
async function causeOf(error) {
  try {
    await error.commitError;
    return error;
  } catch (cause) {
    return cause;
  }
}
async function isFull(code, directory) {
  if (code !== EIO) return false;
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize < FULL_BELOW_BYTES;
}
function bytesOf(bytes) {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
function textOf(key) {
  return bytesOf(key).toString("latin1");
}

export {
  openLmdbMeta
};
