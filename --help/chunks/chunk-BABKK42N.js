import { createRequire as headraceRequire } from 'node:module'; const require = headraceRequire(import.meta.url);
import {
  decodeKey,
  encodeKey,
  encodeKeyPrefix
} from "./chunk-KJ2O5COV.js";
import {
  EngineError,
  ServiceError
} from "./chunk-VCNPK3W3.js";

// src/engines/meta/documents.ts
var ATTEMPTS_MAX = 100;
var SCAN_LIMIT = 1e3;
var SHARED_MAX = 1e3;
function createDocuments(meta, collection) {
  const keyOf = (scope2, id) => encodeKey([collection, scope2.accountId, scope2.region, ...id]);
  async function update(scope2, id, change) {
    const key = keyOf(scope2, id);
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const entry = await meta.get(key);
      if (!entry) return void 0;
      const value = change(decodeValue(entry));
      const put = { key, value: encodeValue(value) };
      const done = await tryCommit(meta, { checks: [{ key, version: entry.version }], puts: [put] });
      if (done) return value;
    }
    throw new EngineError("conflict", `${collection} ${id.join("/")} changes too often`);
  }
  async function remove(scope2, ...id) {
    const key = keyOf(scope2, id);
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const entry = await meta.get(key);
      if (!entry) return false;
      const checks = [{ key, version: entry.version }];
      if (await tryCommit(meta, { checks, removals: [key] })) return true;
    }
    throw new EngineError("conflict", `${collection} ${id.join("/")} changes too often`);
  }
  async function removeUnder(scope2, ...id) {
    const prefix = keyOf(scope2, id);
    for (; ; ) {
      const entries = await meta.scan({ prefix, limit: SCAN_LIMIT });
      if (entries.length > 0) await meta.commit({ removals: entries.map((entry) => entry.key) });
      if (entries.length < SCAN_LIMIT) return;
    }
  }
  async function* everywhere() {
    const prefix = encodeKey([collection]);
    let after;
    for (; ; ) {
      const entries = await meta.scan({ prefix, limit: SCAN_LIMIT, ...after && { after } });
      for (const entry of entries) yield documentOf(entry);
      after = entries.at(-1)?.key;
      if (entries.length < SCAN_LIMIT) return;
    }
  }
  const readShared = createSharedReads(meta);
  return {
    keyOf,
    async get(scope2, ...id) {
      const entry = await meta.get(keyOf(scope2, id));
      return entry && decodeValue(entry);
    },
    getShared: (scope2, ...id) => readShared(keyOf(scope2, id)),
    create(scope2, id, value) {
      const key = keyOf(scope2, id);
      const put = { key, value: encodeValue(value) };
      return tryCommit(meta, { checks: [{ key, version: 0 }], puts: [put] });
    },
    put: (scope2, id, value) => meta.commit({ puts: [{ key: keyOf(scope2, id), value: encodeValue(value) }] }),
    update,
    remove,
    removeUnder,
    async list(scope2, page) {
      const head = [collection, scope2.accountId, scope2.region, ...page.under ?? []];
      const prefix = page.prefix ? encodeKeyPrefix(head, page.prefix) : encodeKey(head);
      const entries = await meta.scan({
        prefix,
        limit: page.limit,
        reverse: page.reverse ?? false,
        ...page.after && { after: encodeKey([...head, ...page.after]) }
      });
      return entries.map((entry) => documentOf(entry));
    },
    everywhere,
    putBatch: (scope2, id, value) => ({
      puts: [{ key: keyOf(scope2, id), value: encodeValue(value) }]
    })
  };
}
function createSharedReads(meta) {
  const shared = /* @__PURE__ */ new Map();
  return async (key) => {
    const entry = await meta.get(key);
    if (!entry) return void 0;
    const name = key.toString("latin1");
    const known = shared.get(name);
    if (known?.version === entry.version) return known.value;
    const value = decodeValue(entry);
    shared.delete(name);
    shared.set(name, { version: entry.version, value });
    const [oldest] = shared.keys();
    if (shared.size > SHARED_MAX && oldest !== void 0) shared.delete(oldest);
    return value;
  };
}
async function tryCommit(meta, batch) {
  try {
    await meta.commit(batch);
    return true;
  } catch (error) {
    if (error instanceof EngineError && error.kind === "conflict") return false;
    throw error;
  }
}
function documentOf(entry) {
  const [, accountId, region, ...id] = decodeKey(entry.key);
  return {
    scope: { accountId: String(accountId), region: String(region) },
    id,
    value: decodeValue(entry)
  };
}
function encodeValue(value) {
  return Buffer.from(JSON.stringify(value));
}
function decodeValue(entry) {
  return JSON.parse(Buffer.from(entry.value).toString("utf8"));
}

// src/services/sts/access-key-id.ts
function createAccessKeyId(prefix, accountId, random) {
  let number = 1n;
  number = number << 40n | BigInt(accountId);
  for (const byte of random.subarray(0, 5)) number = number << 8n | BigInt(byte);
  number = number >> 1n & (1n << 80n) - 1n;
  let text = "";
  for (let shift = 75n; shift >= 0n; shift -= 5n) text += letters[Number(number >> shift & 31n)];
  return prefix + text;
}
function accountOfAccessKeyId(accessKeyId) {
  if (!/^A[KS]IA[A-Z2-7]{16}$/.test(accessKeyId)) return void 0;
  let number = 0n;
  for (const letter of accessKeyId.slice(4)) {
    number = number << 5n | BigInt(letters.indexOf(letter));
  }
  const account = number >> 39n & (1n << 40n) - 1n;
  return account < 10n ** 12n ? String(account).padStart(12, "0") : void 0;
}
var letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

// src/server/keys.ts
var scope = { accountId: "server", region: "global" };
var KEYS_MAX = 1e3;
function createKeys(deps) {
  const { meta, clock, random } = deps;
  const documents = createDocuments(meta, "server/key");
  return {
    async add({ accountId, userName, accessKeyId, secretAccessKey }) {
      if (!/^\d{12}$/.test(accountId)) throw invalid(`the account '${accountId}' is not 12 digits`);
      if (!/^[\w+=,.@-]{1,64}$/.test(userName)) throw invalid(`'${userName}' is not a user name`);
      const key = {
        accessKeyId: accessKeyId ?? createAccessKeyId("AKIA", accountId, random.bytes(5)),
        secretAccessKey: secretAccessKey ?? random.bytes(30).toString("base64"),
        accountId,
        userName,
        createdMs: clock.wallMs()
      };
      if (!/^\w{4,128}$/.test(key.accessKeyId) || /^(test|\d{12}|ASIA.*)$/.test(key.accessKeyId)) {
        throw invalid(`'${key.accessKeyId}' cannot be the id of a configured key`);
      }
      if (key.secretAccessKey.length < 8) throw invalid("a secret has 8 characters at least");
      const there = await documents.list(scope, { limit: KEYS_MAX });
      if (there.length >= KEYS_MAX) throw invalid(`there are ${KEYS_MAX} keys, the most allowed`);
      const created = await documents.create(scope, [key.accessKeyId], key);
      if (!created) throw invalid(`the key ${key.accessKeyId} is already there`);
      return key;
    },
    async list() {
      const found = await documents.list(scope, { limit: KEYS_MAX });
      return found.map(({ value: { secretAccessKey: _, ...shown } }) => shown);
    },
    remove: (accessKeyId) => documents.remove(scope, accessKeyId),
    find: (accessKeyId) => documents.get(scope, accessKeyId)
  };
}
function invalid(message) {
  return new ServiceError("InvalidParameterValue", message);
}

export {
  createDocuments,
  createAccessKeyId,
  accountOfAccessKeyId,
  createKeys
};
