import { createRequire as headraceRequire } from 'node:module'; const require = headraceRequire(import.meta.url);
import {
  silentMetrics
} from "./chunk-34CFTAET.js";
import {
  encodeKey
} from "./chunk-KJ2O5COV.js";
import {
  crc32c
} from "./chunk-56N5GX3A.js";
import "./chunk-SJF4ROPC.js";
import {
  EngineError,
  InvariantError,
  hasErrorCode
} from "./chunk-VCNPK3W3.js";
import "./chunk-PPN7SKWG.js";

// src/engines/objects/disk/disk-objects.ts
import { join as join3 } from "node:path";

// src/engines/objects/disk/block-sums.ts
var BLOCK_BYTES = 64 * 1024;
var SUM_BYTES = 4;
var SUMS_AN_ENTRY = 16384;
function createBlockSums() {
  const done = [];
  let sum = 0;
  let filled = 0;
  return {
    add(bytes) {
      for (let at = 0; at < bytes.length; ) {
        const count = Math.min(BLOCK_BYTES - filled, bytes.length - at);
        sum = crc32c(bytes.subarray(at, at + count), sum);
        filled += count;
        at += count;
        if (filled < BLOCK_BYTES) continue;
        done.push(sum);
        sum = 0;
        filled = 0;
      }
    },
    finish() {
      if (filled > 0) done.push(sum);
      const sums = Buffer.allocUnsafe(done.length * SUM_BYTES);
      for (const [index, one] of done.entries()) sums.writeUInt32LE(one, index * SUM_BYTES);
      return sums;
    }
  };
}
function haveSums(bytes, sums) {
  const view = new DataView(sums.buffer, sums.byteOffset, sums.byteLength);
  if (sums.length < Math.ceil(bytes.length / BLOCK_BYTES) * SUM_BYTES) return false;
  for (let at = 0, index = 0; at < bytes.length; at += BLOCK_BYTES, index++) {
    const sum = crc32c(bytes.subarray(at, at + BLOCK_BYTES));
    if (sum !== view.getUint32(index * SUM_BYTES, true)) return false;
  }
  return true;
}

// src/engines/objects/disk/piece-cipher.ts
import { createCipheriv, createDecipheriv } from "node:crypto";
var ALGORITHM = "aes-256-ctr";
var KEY_BYTES = 32;
var NONCE_BYTES = 16;
var AES_BLOCK_BYTES = 16;
function createPieceCipher(key, random) {
  requireKeyLength(key);
  const nonce = Buffer.from(random.bytes(NONCE_BYTES));
  const cipher = createCipheriv(ALGORITHM, key, nonce);
  return { nonce: nonce.toString("base64"), update: (bytes) => cipher.update(bytes) };
}
function decipher({ nonce, id }, key, bytes, offset) {
  if (nonce === void 0) return bytes;
  if (!key) throw new InvariantError(`piece ${id} is enciphered and is read without a key`);
  requireKeyLength(key);
  const counter = counterAt(Buffer.from(nonce, "base64"), offset / AES_BLOCK_BYTES);
  return createDecipheriv(ALGORITHM, key, counter).update(bytes);
}
function counterAt(nonce, blocks) {
  const counter = Buffer.from(nonce);
  let carry = blocks;
  for (let at = NONCE_BYTES - 1; at >= 0 && carry > 0; at--) {
    carry += counter.readUInt8(at);
    counter.writeUInt8(carry % 256, at);
    carry = Math.floor(carry / 256);
  }
  return counter;
}
function requireKeyLength(key) {
  if (key.length !== KEY_BYTES) throw new InvariantError(`a key has ${KEY_BYTES} bytes`);
}

// src/engines/objects/disk/body-intake.ts
var WRITE_BYTES = 1e6;
var WRITE_BUFFERS_MAX = 500;
var READ_BYTES = 256 * 1024;
function createIntake(deps) {
  const { disk, files, random, inlineMaxBytes } = deps;
  async function take(fileName, body, { key, ...options }) {
    const cipher = key && createPieceCipher(key, random);
    return receive(files, fileName, body, { ...options, inlineMaxBytes, cipher });
  }
  async function copyFile(fileName, path, options) {
    const received = await take(fileName, readWhole(await disk.open(path), true), options);
    const keep = async () => {
      await received.keep();
      await disk.remove(path);
    };
    return { ...received, keep };
  }
  async function takeFile(fileName, path, options) {
    const sizeBytes = await disk.size(path);
    if (sizeBytes === void 0) throw new EngineError("not-found", `${path} is not there`);
    if (sizeBytes <= inlineMaxBytes || options.key) return copyFile(fileName, path, options);
    let newFile;
    try {
      newFile = await files.create(fileName, path);
    } catch (error) {
      const elsewhere = error instanceof EngineError && hasErrorCode(error.cause, "EXDEV");
      if (elsewhere) return copyFile(fileName, path, options);
      throw error;
    }
    return takeMoved(newFile, sizeBytes, options);
  }
  return async (fileName, body, options) => {
    if (!(body instanceof Uint8Array)) {
      if ("path" in body) return takeFile(fileName, body.path, options);
      return take(fileName, body, options);
    }
    if (body.length > inlineMaxBytes) return take(fileName, inPortions(body), options);
    options.observe?.(body);
    return inMemory(body, options.key && createPieceCipher(options.key, random));
  };
}
async function takeMoved(newFile, sizeBytes, { observe, signal }) {
  const blockSums = createBlockSums();
  try {
    for await (const chunk of readWhole(newFile.file, false)) {
      signal?.throwIfAborted();
      observe?.(chunk);
      blockSums.add(chunk);
    }
    await newFile.finish();
  } catch (error) {
    await newFile.discard();
    throw error;
  }
  return inFile(newFile, sizeBytes, blockSums.finish(), void 0);
}
function inFile(newFile, sizeBytes, sums, nonce) {
  return {
    piece: { sizeBytes, file: newFile.path, summed: true, ...nonce && { nonce } },
    content: { sums },
    newFile,
    keep: async () => newFile.keep()
  };
}
function inMemory(plain, cipher) {
  const bytes = cipher ? cipher.update(plain) : plain;
  const sum = crc32c(bytes);
  return {
    piece: { sizeBytes: plain.length, sum, ...cipher && { nonce: cipher.nonce } },
    content: { bytes },
    keep: nothingToKeep
  };
}
async function nothingToKeep() {
}
async function* inPortions(bytes) {
  for (let at = 0; at < bytes.length; at += WRITE_BYTES) yield bytes.subarray(at, at + WRITE_BYTES);
}
async function* readWhole(file, closes) {
  try {
    for (let at = 0; ; ) {
      const target = Buffer.allocUnsafe(READ_BYTES);
      const count = await file.read(target, at);
      if (count === 0) return;
      at += count;
      yield target.subarray(0, count);
    }
  } finally {
    if (closes) await file.close();
  }
}
async function receive(files, fileName, body, options) {
  const { inlineMaxBytes, observe, signal, cipher } = options;
  const chunks = body[Symbol.asyncIterator]();
  const head = [];
  let headBytes = 0;
  let writer;
  let newFile;
  try {
    for (; ; ) {
      const { done, value } = await chunks.next();
      signal?.throwIfAborted();
      if (done) break;
      observe?.(value);
      if (writer) {
        await writer.add(value);
        continue;
      }
      head.push(value);
      headBytes += value.length;
      if (headBytes <= inlineMaxBytes) continue;
      newFile = await files.create(fileName);
      writer = createWriter(newFile.file, cipher);
      for (const chunk of head) await writer.add(chunk);
    }
    if (!newFile || !writer) return inMemory(joined(head), cipher);
    const { sizeBytes, sums } = await writer.end();
    await newFile.finish();
    return inFile(newFile, sizeBytes, sums, cipher?.nonce);
  } catch (error) {
    await writer?.end().catch(() => void 0);
    await newFile?.discard();
    await chunks.return?.();
    throw error;
  }
}
function joined(chunks) {
  const [first] = chunks;
  return chunks.length === 1 && first ? first : Buffer.concat(chunks);
}
function createWriter(file, cipher) {
  const blockSums = createBlockSums();
  let buffers = [];
  let bufferedBytes = 0;
  let position = 0;
  let underWay = Promise.resolve();
  async function flush() {
    await underWay;
    const batch = buffers;
    const at = position;
    position += bufferedBytes;
    buffers = [];
    bufferedBytes = 0;
    underWay = file.write(batch, at);
    underWay.catch(() => void 0);
  }
  return {
    async add(chunk) {
      if (chunk.length === 0) return;
      const stored = cipher ? cipher.update(chunk) : chunk;
      blockSums.add(stored);
      buffers.push(stored);
      bufferedBytes += chunk.length;
      if (bufferedBytes >= WRITE_BYTES || buffers.length >= WRITE_BUFFERS_MAX) await flush();
    },
    async end() {
      if (buffers.length > 0) await flush();
      await underWay;
      return { sizeBytes: position, sums: blockSums.finish() };
    }
  };
}

// src/engines/objects/disk/content-holds.ts
function createHolds(removeGarbage) {
  const counts = /* @__PURE__ */ new Map();
  const doomed = /* @__PURE__ */ new Map();
  const removals = /* @__PURE__ */ new Set();
  function remove(contentId, pieces) {
    const removal = removeGarbage(contentId, pieces).catch(() => void 0).finally(() => removals.delete(removal));
    removals.add(removal);
  }
  return {
    /** Answers the function that lets go; calling it again does nothing. */
    hold(contentId) {
      counts.set(contentId, (counts.get(contentId) ?? 0) + 1);
      let held = true;
      return () => {
        if (!held) return;
        held = false;
        const left = (counts.get(contentId) ?? 1) - 1;
        if (left > 0) return void counts.set(contentId, left);
        counts.delete(contentId);
        const pieces = doomed.get(contentId);
        doomed.delete(contentId);
        if (pieces) remove(contentId, pieces);
      };
    },
    giveUp(contentId, pieces) {
      if (pieces.length === 0) return;
      if (counts.has(contentId)) doomed.set(contentId, pieces);
      else remove(contentId, pieces);
    },
    /** Resolves when no removal is under way. */
    async settled() {
      await Promise.all(removals);
    }
  };
}

// src/engines/objects/disk/local-files.ts
import { join } from "node:path";

// src/engines/objects/disk/object-index.ts
var ROW = "objects/row";
var BYTES = "objects/bytes";
var FILE = "objects/file";
var SUMS = "objects/sums";
var PIECES = "objects/pieces";
var GARBAGE = "objects/garbage";
var DIRECTORY = "objects/directory";
function createObjectIndex(meta) {
  const piecesOf2 = (row) => row.piece ? Promise.resolve([row.piece]) : severalPieces(row);
  async function severalPieces(row) {
    const entry = await meta.get(encodeKey([PIECES, row.contentId]));
    if (!entry) throw new EngineError("not-found", `content ${row.contentId} is gone`);
    return JSON.parse(textOf(entry.value));
  }
  return {
    async find(id) {
      const entry = await meta.get(rowKey(id));
      return entry && { row: decodeRow(id.key, entry.value), version: entry.version };
    },
    piecesOf: piecesOf2,
    async bytesOf(pieceId) {
      return (await meta.get(encodeKey([BYTES, pieceId])))?.value;
    },
    /** The sums of the blocks from the given one to the end of their entry. */
    async sumsOf(pieceId, block) {
      const entry = await meta.get(sumsKey(pieceId, Math.floor(block / SUMS_AN_ENTRY)));
      return entry?.value.subarray(block % SUMS_AN_ENTRY * SUM_BYTES);
    },
    /** Rows in order of the key, from the first that is at or behind (`after`: behind) `from`. */
    async page(bucket, prefix, after, limit) {
      const head = bucketPrefix(bucket);
      const entries = await meta.scan({
        prefix: Buffer.concat([head, Buffer.from(prefix)]),
        limit,
        ...after && { after: Buffer.concat([head, after]) }
      });
      return entries.map((entry) => ({ entry, key: textOf(entry.key.subarray(head.length)) }));
    },
    commit: (batch) => meta.commit(batch),
    /** Contents that wait for removal, with their pieces. */
    async garbage(limit) {
      const entries = await meta.scan({ prefix: encodeKey([GARBAGE]), limit });
      return entries.map(({ key, value }) => ({ key, pieces: decodeGarbage(value) }));
    },
    garbageOf: (contentId, pieces) => ({
      key: encodeKey([GARBAGE, contentId]),
      pieces
    }),
    /** To be called when the files are gone. */
    forgetGarbage: (garbage) => meta.commit({ removals: garbage.flatMap(({ key, pieces }) => [key, ...keysOf(pieces)]) }),
    openDirectory: (name) => meta.commit({ puts: [{ key: encodeKey([DIRECTORY, name]), value: Buffer.from("1") }] }),
    closeDirectory: (name) => meta.commit({ removals: [encodeKey([DIRECTORY, name])] }),
    async openDirectories() {
      const prefix = encodeKey([DIRECTORY]);
      const entries = await meta.scan({ prefix, limit: 1e5 });
      return entries.map(({ key }) => textOf(key.subarray(prefix.length + 1, key.length - 1)));
    },
    async belongs(file) {
      return await meta.get(encodeKey([FILE, file])) !== void 0;
    }
  };
}
function isGone(error) {
  return error instanceof EngineError && error.kind === "not-found";
}
function emptyChanges() {
  return { checks: [], puts: [], removals: [] };
}
function putRow(changes, id, row, before) {
  checkRow(changes, id, before);
  changes.puts.push({ key: rowKey(id), value: encodeRow(row) });
}
function checkRow(changes, id, before) {
  changes.checks.push({ key: rowKey(id), version: before?.version ?? 0 });
}
function removeRow(changes, id, before) {
  const key = rowKey(id);
  changes.checks.push({ key, version: before.version });
  changes.removals.push(key);
}
function putPiece(changes, piece, { bytes, sums }) {
  if (bytes) changes.puts.push({ key: encodeKey([BYTES, piece.id]), value: bytes });
  if (!piece.file) return;
  changes.puts.push({ key: encodeKey([FILE, piece.file]), value: Buffer.from("1") });
  const size = SUMS_AN_ENTRY * SUM_BYTES;
  for (let at = 0, number = 0; sums && at < sums.length; at += size, number++) {
    changes.puts.push({ key: sumsKey(piece.id, number), value: sums.subarray(at, at + size) });
  }
}
function putPieces(changes, contentId, pieces) {
  const value = Buffer.from(JSON.stringify(pieces));
  changes.puts.push({ key: encodeKey([PIECES, contentId]), value });
}
function removePieceList(changes, row) {
  if (!row.piece) changes.removals.push(encodeKey([PIECES, row.contentId]));
}
function removeContent(changes, row, pieces) {
  removePieceList(changes, row);
  if (row.piece && !row.piece.file) {
    changes.removals.push(encodeKey([BYTES, row.piece.id]));
    return [];
  }
  for (const { file } of pieces) if (file) changes.removals.push(encodeKey([FILE, file]));
  const key = encodeKey([GARBAGE, row.contentId]);
  changes.puts.push({ key, value: Buffer.from(JSON.stringify(pieces)) });
  return pieces;
}
function keysOf(pieces) {
  const keys = [];
  for (const { id, file, summed, sizeBytes } of pieces) {
    if (!file) keys.push(encodeKey([BYTES, id]));
    const entries = summed ? Math.ceil(sizeBytes / (SUMS_AN_ENTRY * BLOCK_BYTES)) : 0;
    for (let number = 0; number < entries; number++) keys.push(sumsKey(id, number));
  }
  return keys;
}
function decodeGarbage(value) {
  const pieces = JSON.parse(textOf(value));
  return pieces.map((one) => typeof one === "string" ? { id: one, sizeBytes: 0, file: one } : one);
}
function storedObject(row) {
  const { key, sizeBytes, modifiedMs, revision, attributes } = row;
  return { key, sizeBytes, modifiedMs, revision, attributes };
}
function rowKey({ bucket, key }) {
  return Buffer.concat([bucketPrefix(bucket), Buffer.from(key)]);
}
function sumsKey(pieceId, number) {
  return encodeKey([SUMS, pieceId, number]);
}
function bucketPrefix(bucket) {
  return encodeKey([ROW, bucket]);
}
function encodeRow(row) {
  const { sizeBytes, modifiedMs, revision, contentId, piece, attributes } = row;
  const file = piece ? piece.file ?? "" : null;
  const encoded = [sizeBytes, modifiedMs, revision, contentId, file, attributes];
  const sum = piece?.summed ? 0 : piece?.sum;
  if (sum !== void 0 || piece?.nonce) encoded.push(sum ?? null);
  if (piece?.nonce) encoded.push(piece.nonce);
  return Buffer.from(JSON.stringify(encoded));
}
function decodeRow(key, value) {
  const encoded = JSON.parse(textOf(value));
  const [sizeBytes, modifiedMs, revision, contentId, file, attributes] = encoded;
  return {
    key,
    sizeBytes,
    modifiedMs,
    revision,
    contentId,
    piece: file === null ? void 0 : decodePiece(encoded, file),
    attributes
  };
}
function decodePiece(encoded, file) {
  const [sizeBytes, , , id, , , sum, nonce] = encoded;
  const isSummed = sum !== void 0 && sum !== null;
  return {
    id,
    sizeBytes,
    ...file && { file },
    ...isSummed && (file ? { summed: true } : { sum }),
    ...nonce !== void 0 && { nonce }
  };
}
function textOf(bytes) {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}

// src/engines/objects/disk/piece-stream.ts
import { Readable } from "node:stream";
var READ_BYTES2 = 4 * BLOCK_BYTES;
async function streamPieces(source, pieces, options, onClose) {
  const reader = createReader(source, spansOf(pieces, options.range), options.key);
  let first;
  try {
    first = await reader.next();
  } catch (error) {
    await reader.close();
    throw error;
  }
  return new Readable({
    highWaterMark: 2 * READ_BYTES2,
    read() {
      if (first !== void 0) {
        const chunk = first;
        first = void 0;
        this.push(chunk);
        return;
      }
      reader.next().then(
        (chunk) => this.push(chunk),
        (error) => this.destroy(error)
      );
    },
    destroy(error, done) {
      const finish = () => {
        onClose();
        done(error);
      };
      reader.close().then(finish, finish);
    }
  });
}
async function readInline(source, piece) {
  const bytes = await source.bytesOf(piece.id);
  if (!bytes) throw new EngineError("not-found", `piece ${piece.id} is gone`);
  if (piece.sum !== void 0 && crc32c(bytes) !== piece.sum) throw source.damaged(piece.id);
  return bytes;
}
function spansOf(pieces, range) {
  const spans = [];
  let offset = 0;
  for (const piece of pieces) {
    const first = Math.max((range?.first ?? 0) - offset, 0);
    const last = Math.min((range?.last ?? Number.POSITIVE_INFINITY) - offset, piece.sizeBytes - 1);
    if (first <= last) spans.push({ piece, first, last });
    offset += piece.sizeBytes;
  }
  return spans;
}
function createReader(source, spans, key) {
  let index = 0;
  let at = spans[0]?.first ?? 0;
  let file;
  let underWay = Promise.resolve();
  async function leaveSpan() {
    const left = file;
    file = void 0;
    index++;
    at = spans[index]?.first ?? 0;
    await left?.close();
  }
  async function readPlain({ piece, last }) {
    if (!piece.file) {
      const bytes = decipher(piece, key, await readInline(source, piece), 0);
      return bytes.subarray(at, last + 1);
    }
    file ??= await source.openFile(piece.file);
    const start = at - at % BLOCK_BYTES;
    const end = Math.min(start + READ_BYTES2, piece.sizeBytes, roundUp(last + 1));
    const stored = await readChecked(source, file, piece, start, end);
    return decipher(piece, key, stored, start).subarray(at - start, last + 1 - start);
  }
  async function read() {
    const span = spans[index];
    if (!span) return null;
    const chunk = await readPlain(span);
    if (chunk.length === 0) throw source.damaged(span.piece.id);
    at += chunk.length;
    if (at > span.last) await leaveSpan();
    return chunk;
  }
  return {
    next() {
      const reading = read();
      underWay = reading.catch(() => void 0);
      return reading;
    },
    async close() {
      await underWay;
      const left = file;
      file = void 0;
      await left?.close();
    }
  };
}
async function readChecked(source, file, piece, start, end) {
  const target = Buffer.allocUnsafe(end - start);
  const [count, sums] = await Promise.all([
    file.read(target, start),
    piece.summed ? source.sumsOf(piece.id, start / BLOCK_BYTES) : void 0
  ]);
  if (count < target.length) throw source.damaged(piece.id);
  if (!piece.summed) return target;
  if (!sums) throw new EngineError("not-found", `the sums of piece ${piece.id} are gone`);
  if (!haveSums(target, sums)) throw source.damaged(piece.id);
  return target;
}
function roundUp(sizeBytes) {
  return Math.ceil(sizeBytes / BLOCK_BYTES) * BLOCK_BYTES;
}

// src/engines/objects/disk/local-files.ts
var ATTEMPTS_MAX = 20;
async function createLocalFiles(deps) {
  const { disk, directory, index, files, holds } = deps;
  await disk.makeDirectory(directory);
  for (const name of await disk.list(directory)) await disk.remove(join(directory, name));
  const useWritten = createWrittenOut(deps);
  const joining = /* @__PURE__ */ new Map();
  async function holdFile(contentId, file) {
    const release = holds.hold(contentId);
    const path = files.pathOf(file);
    if (await disk.size(path) !== void 0) return { path, release };
    release();
    return void 0;
  }
  async function joinOnce(id, entry) {
    const { contentId } = entry.row;
    const underWay = joining.get(contentId) ?? joinPieces(deps, id, entry).finally(() => joining.delete(contentId));
    joining.set(contentId, underWay);
    await underWay;
  }
  async function attempt(id, entry, key) {
    const { contentId, piece } = entry.row;
    if (key || piece?.nonce || piece && !piece.file) return useWritten(entry.row, key);
    if (piece?.file) return holdFile(contentId, piece.file);
    await joinOnce(id, entry);
    return void 0;
  }
  return {
    async open(id, keyOf) {
      for (let tries = 0; tries < ATTEMPTS_MAX; tries++) {
        const entry = await index.find(id);
        if (!entry) return void 0;
        try {
          const key = await keyOf?.(storedObject(entry.row));
          const found = await attempt(id, entry, key);
          if (found) return found;
        } catch (error) {
          if (!isGone(error)) throw error;
        }
      }
      throw new EngineError("corrupt", `the bytes of ${id.bucket}/${id.key} are not there`);
    }
  };
}
async function joinPieces(deps, id, entry) {
  const { index, files, holds, publication, source } = deps;
  const pieceId = files.newId();
  const release = holds.hold(entry.row.contentId);
  try {
    const pieces = await index.piecesOf(entry.row);
    const body = await streamPieces(source, pieces, {}, () => void 0);
    const name = pieceId + extensionOf(id.key);
    const received = await receive(files, name, body, { inlineMaxBytes: -1 });
    const { newFile, content } = received;
    if (!newFile) return;
    const piece = { id: pieceId, ...received.piece };
    if (await publication.replaceContent(id, entry, piece, content)) newFile.keep();
    else await newFile.discard();
  } finally {
    release();
  }
}
function createWrittenOut({ disk, directory, index, holds, source }) {
  const written = /* @__PURE__ */ new Map();
  let count = 0;
  async function* plainOf(row, key) {
    const { piece } = row;
    if (piece && !piece.file) await readInline(source, piece);
    const release = holds.hold(row.contentId);
    try {
      yield* await streamPieces(source, await index.piecesOf(row), { key }, release);
    } finally {
      release();
    }
  }
  async function writeOut(row, name, key) {
    const path = join(directory, `${++count}-${name}`);
    const file = await disk.open(path, { create: true, private: true });
    try {
      let at = 0;
      for await (const chunk of plainOf(row, key)) {
        await file.write([chunk], at);
        at += chunk.length;
      }
    } catch (error) {
      await disk.remove(path);
      throw error;
    } finally {
      await file.close();
    }
    return path;
  }
  async function removeWritten(path) {
    try {
      await disk.remove(await path);
    } catch {
    }
  }
  return async (row, key) => {
    const name = row.contentId + extensionOf(row.key);
    const entry = written.get(name) ?? { users: 0, path: writeOut(row, name, key) };
    entry.users++;
    written.set(name, entry);
    let held = true;
    const release = () => {
      if (!held) return;
      held = false;
      entry.users--;
      if (entry.users > 0) return;
      written.delete(name);
      void removeWritten(entry.path);
    };
    try {
      return { path: await entry.path, release };
    } catch (error) {
      release();
      throw error;
    }
  };
}
function extensionOf(key) {
  return /(\.[A-Za-z0-9]{1,10}){1,2}$/.exec(key)?.[0] ?? "";
}

// src/engines/objects/disk/object-files.ts
import { join as join2 } from "node:path";

// src/engines/objects/disk/coalesce.ts
function coalesce(work) {
  const running = /* @__PURE__ */ new Map();
  const waiting = /* @__PURE__ */ new Map();
  function start(name) {
    const run = work(name).finally(() => {
      if (running.get(name) === run) running.delete(name);
    });
    running.set(name, run);
    return run;
  }
  async function after(name, before) {
    await before.catch(() => void 0);
    waiting.delete(name);
    await start(name);
  }
  return (name) => {
    const before = running.get(name);
    if (!before) return start(name);
    const next = waiting.get(name) ?? after(name, before);
    waiting.set(name, next);
    return next;
  };
}

// src/engines/objects/disk/object-files.ts
var FILES_A_DIRECTORY_MAX = 1e3;
var GARBAGE_PAGE = 1e3;
async function openObjectFiles(deps) {
  const { disk, directory, clock, random } = deps;
  await disk.makeDirectory(directory);
  const newId = createIds(clock, random);
  const directories = createDirectories(deps, newId);
  const syncDirectory = coalesce((name) => disk.syncDirectory(join2(directory, name)));
  async function removePieces(pieces) {
    const files = pieces.flatMap(({ file }) => file ?? []);
    for (const file of files) await disk.remove(join2(directory, file));
    const names = new Set(files.map((file) => file.slice(0, file.indexOf("/"))));
    for (const name of names) await syncDirectory(name);
  }
  await sweep(deps, removePieces);
  async function make(place, name, from) {
    const path = `${place.name}/${name}`;
    const absolute = join2(directory, path);
    if (from) await disk.rename(from, absolute);
    const file = await disk.open(absolute, from ? {} : { create: true, exclusive: true });
    return {
      file,
      path,
      async finish() {
        await file.sync();
        await file.close();
        await syncDirectory(place.name);
      },
      keep: () => directories.leave(place),
      async discard() {
        try {
          await file.close();
          if (from) await disk.rename(absolute, from);
          else await disk.remove(absolute);
          directories.leave(place);
        } catch {
        }
      }
    };
  }
  return {
    /** In the order of time, and never given twice. */
    newId,
    removePieces,
    pathOf: (file) => join2(directory, file),
    open: (file) => disk.open(join2(directory, file)),
    /** `name` must be new; with `from`, that file is moved here instead of making an empty one. */
    async create(name, from) {
      const place = await directories.enter();
      try {
        return await make(place, name, from);
      } catch (error) {
        directories.leave(place);
        throw error;
      }
    }
  };
}
function createIds(clock, random) {
  const mark = random.bytes(4).toString("hex");
  let count = 0;
  return () => {
    count = (count + 1) % 4294967296;
    const time = clock.wallMs().toString(16).padStart(12, "0");
    return time + mark + count.toString(16).padStart(8, "0");
  };
}
async function sweep({ disk, directory, index }, removePieces) {
  for (const name of await index.openDirectories()) {
    const path = join2(directory, name);
    await disk.makeDirectory(path);
    for (const file of await disk.list(path)) {
      if (!await index.belongs(`${name}/${file}`)) await disk.remove(join2(path, file));
    }
    await disk.syncDirectory(path);
    await index.closeDirectory(name);
  }
  for (; ; ) {
    const garbage = await index.garbage(GARBAGE_PAGE);
    if (garbage.length === 0) return;
    await removePieces(garbage.flatMap(({ pieces }) => pieces));
    await index.forgetGarbage(garbage);
  }
}
function createDirectories({ disk, directory, index }, newId) {
  let current;
  async function make() {
    const name = newId();
    await index.openDirectory(name);
    await disk.makeDirectory(join2(directory, name));
    await disk.syncDirectory(directory);
    return { name, count: 0, underWay: 0 };
  }
  async function close({ name }) {
    try {
      await index.closeDirectory(name);
    } catch {
    }
  }
  return {
    /** A directory with room for one more file. */
    async enter() {
      for (; ; ) {
        current ??= make();
        const found = current;
        try {
          const place = await found;
          if (place.count < FILES_A_DIRECTORY_MAX) {
            place.count++;
            place.underWay++;
            return place;
          }
          if (current === found) current = void 0;
        } catch (error) {
          if (current === found) current = void 0;
          throw error;
        }
      }
    },
    /** Full and nothing under way: there is nothing left in it for a next start to look at. */
    leave(place) {
      place.underWay--;
      if (place.count === FILES_A_DIRECTORY_MAX && place.underWay === 0) void close(place);
    }
  };
}

// src/engines/objects/disk/object-listing.ts
var PAGE_MIN = 8;
var PAGE_MAX = 1e3;
var BEHIND_ALL = Buffer.from([255]);
async function listObjects(index, request) {
  const { bucket, prefix, delimiter, limit } = request;
  const entries = [];
  const commonPrefixOf = (key) => {
    const end = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
    return end < 0 ? void 0 : key.slice(0, end + (delimiter ?? "").length);
  };
  let { after, skipped } = startOf(request, commonPrefixOf);
  let pageSize = Math.min(limit + 1, delimiter ? 100 : PAGE_MAX);
  for (; ; ) {
    const rows = await index.page(bucket, prefix, after, pageSize);
    let useful = 0;
    for (const { entry, key } of rows) {
      if (skipped !== void 0 && key.startsWith(skipped)) continue;
      if (entries.length === limit) return { entries, truncated: true };
      useful++;
      const commonPrefix = commonPrefixOf(key);
      skipped = commonPrefix;
      entries.push(
        commonPrefix === void 0 ? { object: storedObject(decodeRow(key, entry.value)) } : { commonPrefix }
      );
    }
    const last = rows.at(-1);
    if (!last || rows.length < pageSize) return { entries, truncated: false };
    after = skipped !== void 0 && last.key.startsWith(skipped) ? Buffer.concat([Buffer.from(skipped), BEHIND_ALL]) : Buffer.from(last.key);
    const next = useful * 2 > rows.length ? pageSize * 2 : pageSize / 2;
    pageSize = Math.ceil(Math.min(Math.max(next, PAGE_MIN), PAGE_MAX, limit + 1 - entries.length));
  }
}
function startOf(request, commonPrefixOf) {
  const { after, prefix } = request;
  if (after === void 0 || after === "") return { after: void 0, skipped: void 0 };
  const skipped = after.startsWith(prefix) ? commonPrefixOf(after) : void 0;
  const text = Buffer.from(skipped ?? after);
  return { after: skipped === void 0 ? text : Buffer.concat([text, BEHIND_ALL]), skipped };
}

// src/engines/objects/disk/rearrangement.ts
async function addRearrangement(deps, changes, { seen = [], moves = [], removals = [], empties = [] }, replaced) {
  const { index } = deps;
  const leaving = /* @__PURE__ */ new Map();
  const arriving = [];
  const given = [];
  async function take({ revision, ...id }) {
    const entry = await index.find(id);
    if (entry?.row.revision !== revision) return void 0;
    leaving.set(nameOf(id), { id, entry });
    return entry;
  }
  for (const { revision, ...id } of seen) {
    const entry = await index.find(id);
    if (entry?.row.revision !== revision) return void 0;
    checkRow(changes, id, entry);
  }
  for (const { from, to } of moves) {
    const entry = await take(from);
    if (!entry) return void 0;
    arriving.push({ id: to, row: { ...entry.row, key: to.key } });
  }
  for (const removal of removals) {
    const entry = await take(removal);
    const pieces = entry && await piecesOf(index, entry.row);
    if (!pieces) return void 0;
    given.push(givenUp(changes, entry.row, pieces));
  }
  for (const empty of empties) arriving.push(emptyRow(deps, changes, empty));
  for (const { id, row } of arriving) {
    putRow(changes, id, row, leaving.get(nameOf(id))?.entry);
    leaving.delete(nameOf(id));
  }
  const isKept = replaced !== void 0 && leaving.delete(nameOf(replaced));
  for (const { id, entry } of leaving.values()) removeRow(changes, id, entry);
  return { given, isKept };
}
function nameOf({ bucket, key }) {
  return `${bucket}\0${key}`;
}
async function piecesOf(index, row) {
  try {
    return await index.piecesOf(row);
  } catch (error) {
    if (isGone(error)) return void 0;
    throw error;
  }
}
function givenUp(changes, row, pieces) {
  return { contentId: row.contentId, pieces: removeContent(changes, row, pieces) };
}
function emptyRow({ clock, newId }, changes, { bucket, key, attributes }) {
  const piece = { id: newId(), sizeBytes: 0 };
  putPiece(changes, piece, { bytes: new Uint8Array(0) });
  const modifiedMs = clock.wallMs();
  const revision = newId();
  const row = { key, sizeBytes: 0, modifiedMs, revision, contentId: piece.id, piece, attributes };
  return { id: { bucket, key }, row };
}

// src/engines/objects/disk/publication.ts
var ATTEMPTS_MAX2 = 1e3;
var READ_ATTEMPTS_MAX = 20;
function createPublication(deps) {
  const { index, holds, clock, newId } = deps;
  const commit = createCommits(index, holds);
  const rearranged = (changes, wanted, replaced) => addRearrangement({ index, clock, newId }, changes, wanted, replaced);
  function publish(id, { publish: decide, beside }, prepare) {
    return commit(id, async (changes) => {
      const content = await prepare(changes);
      const { before, pieces } = await takeStock(index, id);
      const modifiedMs = clock.wallMs();
      const current = before && storedObject(before.row);
      const attributes = await decide(current, { sizeBytes: content.sizeBytes, modifiedMs });
      const row = { ...content, key: id.key, modifiedMs, revision: newId(), attributes };
      const others = beside && await rearranged(changes, await beside(current), id);
      if (beside && !others) return void 0;
      putRow(changes, id, row, before);
      const given = [...others?.given ?? []];
      if (before && !others?.isKept) given.push(givenUp(changes, before.row, pieces));
      return { answer: storedObject(row), given };
    });
  }
  return {
    publish,
    compose: (id, parts, options) => publish(id, options, (changes) => joinParts(index, newId, changes, parts)),
    setAttributes: (id, change) => commit(id, async (changes) => {
      const before = await index.find(id);
      if (!before) throw new EngineError("not-found", `${id.bucket}/${id.key} is not there`);
      const attributes = await change(storedObject(before.row));
      const row = { ...before.row, revision: newId(), attributes };
      putRow(changes, id, row, before);
      return { answer: storedObject(row) };
    }),
    remove: (id, allow) => commit(id, async (changes) => {
      const { before, pieces } = await takeStock(index, id);
      if (!before) return { answer: false };
      await allow?.(storedObject(before.row));
      removeRow(changes, id, before);
      return { answer: true, given: [givenUp(changes, before.row, pieces)] };
    }),
    rearrange: (decide) => commit({ bucket: "several", key: "objects" }, async (changes) => {
      const done = await rearranged(changes, await decide());
      return done && { answer: void 0, given: done.given };
    }),
    /** One content takes the place of another with the same bytes; false when it was replaced. */
    async replaceContent(id, from, piece, content) {
      const changes = emptyChanges();
      putRow(changes, id, { ...from.row, contentId: piece.id, piece }, from);
      putPiece(changes, piece, content);
      const garbage = removeContent(changes, from.row, await index.piecesOf(from.row));
      if (!await tryCommit(index, changes)) return false;
      holds.giveUp(from.row.contentId, garbage);
      return true;
    }
  };
}
function createCommits(index, holds) {
  return async (id, attempt) => {
    for (let count = 0; count < ATTEMPTS_MAX2; count++) {
      const changes = emptyChanges();
      const outcome = await attempt(changes);
      if (!outcome || !await tryCommit(index, changes)) continue;
      for (const { contentId, pieces } of outcome.given ?? []) holds.giveUp(contentId, pieces);
      return outcome.answer;
    }
    throw new EngineError("conflict", `${id.bucket}/${id.key} changes too often`);
  };
}
async function takeStock(index, id) {
  for (let attempt = 0; ; attempt++) {
    const before = await index.find(id);
    try {
      return { before, pieces: before ? await index.piecesOf(before.row) : [] };
    } catch (error) {
      if (!isGone(error) || attempt === READ_ATTEMPTS_MAX) throw error;
    }
  }
}
async function joinParts(index, newId, changes, parts) {
  const pieces = [];
  for (const part of parts) {
    const entry = await index.find(part);
    if (!entry) throw new EngineError("not-found", `part ${part.key} is not there`);
    if (entry.row.revision !== part.revision) {
      throw new EngineError("conflict", `part ${part.key} was replaced`);
    }
    pieces.push(...await index.piecesOf(entry.row));
    removePieceList(changes, entry.row);
    removeRow(changes, part, entry);
  }
  const [piece] = pieces;
  if (piece && pieces.length === 1)
    return { sizeBytes: piece.sizeBytes, contentId: piece.id, piece };
  const contentId = newId();
  putPieces(changes, contentId, pieces);
  const sizeBytes = pieces.reduce((sum, one) => sum + one.sizeBytes, 0);
  return { sizeBytes, contentId, piece: void 0 };
}
async function tryCommit(index, changes) {
  const { checks, puts, removals } = changes;
  if (checks.length + puts.length + removals.length === 0) return true;
  try {
    await index.commit(changes);
    return true;
  } catch (error) {
    if (error instanceof EngineError && error.kind === "conflict") return false;
    throw error;
  }
}

// src/engines/objects/disk/verification.ts
var ATTEMPTS_MAX3 = 20;
function createVerify(deps) {
  const { index, holds, source } = deps;
  async function read(piece) {
    if (!piece.file) return void await readInline(source, piece);
    const { nonce: _unused, ...stored } = piece;
    const body = await streamPieces(source, [stored], {}, () => void 0);
    let sizeBytes = 0;
    for await (const chunk of body) sizeBytes += chunk.length;
    if (sizeBytes !== piece.sizeBytes) throw new InvariantError("a stream ended before its piece");
  }
  async function check(row) {
    const release = holds.hold(row.contentId);
    try {
      const pieces = await index.piecesOf(row);
      for (const piece of pieces) await read(piece);
      const unchecked = pieces.filter(({ sum, summed }) => sum === void 0 && !summed);
      const uncheckedBytes = unchecked.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      return { damaged: false, uncheckedBytes };
    } catch (error) {
      const isDamage = error instanceof EngineError && error.kind === "corrupt";
      if (isDamage) return { damaged: true, uncheckedBytes: 0 };
      throw error;
    } finally {
      release();
    }
  }
  return async (id) => {
    for (let attempt = 0; attempt < ATTEMPTS_MAX3; attempt++) {
      const entry = await index.find(id);
      if (!entry) return void 0;
      try {
        return await check(entry.row);
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    }
    return { damaged: true, uncheckedBytes: 0 };
  };
}

// src/engines/objects/disk/disk-objects.ts
var INLINE_MAX_BYTES = 32 * 1024;
var READ_ATTEMPTS_MAX2 = 20;
async function openDiskObjects(deps) {
  const { disk, directory, meta, clock, random, metrics = silentMetrics } = deps;
  const { inlineMaxBytes = INLINE_MAX_BYTES } = deps;
  const index = createObjectIndex(meta);
  const files = await openObjectFiles({ ...deps, directory: join3(directory, "files"), index });
  const holds = createHolds(async (contentId, pieces) => {
    await files.removePieces(pieces);
    await index.forgetGarbage([index.garbageOf(contentId, pieces)]);
  });
  const damaged = reportDamage(metrics);
  const source = { ...index, openFile: files.open, damaged };
  const publication = createPublication({ index, holds, clock, newId: files.newId });
  const take = createIntake({ disk, files, random, inlineMaxBytes });
  const local = await createLocalFiles({
    disk,
    directory: join3(directory, "local"),
    index,
    files,
    source,
    holds,
    publication
  });
  async function open(row, { range, key }) {
    const object = storedObject(row);
    if (row.piece && !row.piece.file) {
      const bytes = decipher(row.piece, key, await readInline(source, row.piece), 0);
      return { object, body: range ? bytes.subarray(range.first, range.last + 1) : bytes };
    }
    const release = holds.hold(row.contentId);
    try {
      const pieces = await index.piecesOf(row);
      return { object, body: await streamPieces(source, pieces, { range, key }, release) };
    } catch (error) {
      release();
      throw error;
    }
  }
  return {
    capabilities: { localFiles: true },
    async put(id, body, { publish, observe, signal, beside, key }) {
      const contentId = files.newId();
      const received = await take(contentId + extensionOf(id.key), body, { observe, signal, key });
      const piece = { id: contentId, ...received.piece };
      try {
        const stored = await publication.publish(
          id,
          { publish, ...beside && { beside } },
          (changes) => {
            putPiece(changes, piece, received.content);
            return { sizeBytes: piece.sizeBytes, contentId, piece };
          }
        );
        await received.keep();
        return stored;
      } catch (error) {
        if (!(error instanceof EngineError && error.kind === "unavailable"))
          await received.newFile?.discard();
        throw error;
      }
    },
    compose: publication.compose,
    async head(id) {
      const entry = await index.find(id);
      return entry && storedObject(entry.row);
    },
    async get(id, select) {
      for (let attempt = 0; attempt < READ_ATTEMPTS_MAX2; attempt++) {
        const entry = await index.find(id);
        if (!entry) return void 0;
        const selected = await choose(select, storedObject(entry.row));
        try {
          return await open(entry.row, selected);
        } catch (error) {
          if (!isGone(error)) throw error;
        }
      }
      throw new EngineError("corrupt", `the bytes of ${id.bucket}/${id.key} are not there`);
    },
    setAttributes: publication.setAttributes,
    remove: publication.remove,
    rearrange: publication.rearrange,
    list: (request) => listObjects(index, request),
    localPath: local.open,
    verify: createVerify({ index, holds, source }),
    close: () => holds.settled()
  };
}
function reportDamage(metrics) {
  return (pieceId) => {
    metrics.record("headrace_damaged_reads_total", {}, 1);
    return new EngineError("corrupt", `piece ${pieceId} is not what was written`);
  };
}
async function choose(select, object) {
  const choice = await select?.(object);
  if (!choice) return {};
  return "first" in choice ? { range: choice } : choice;
}
export {
  openDiskObjects
};
