import { createRequire as headraceRequire } from 'node:module'; const require = headraceRequire(import.meta.url);
import {
  crc32c
} from "./chunk-56N5GX3A.js";
import {
  assert
} from "./chunk-SJF4ROPC.js";
import {
  EngineError
} from "./chunk-VCNPK3W3.js";

// src/engines/log/segment/varint.ts
var SAFE_ZIGZAG = 2 ** 30;
var WEIGHT_MAX = 128 ** 10;
function varintSize(value) {
  if (value >= SAFE_ZIGZAG || value < -SAFE_ZIGZAG) return wideVarintSize(value);
  let rest = (value << 1 ^ value >> 31) >>> 0;
  let size = 1;
  while (rest > 127) {
    rest >>>= 7;
    size++;
  }
  return size;
}
function writeVarint(target, value, start) {
  let at = start;
  if (value >= SAFE_ZIGZAG || value < -SAFE_ZIGZAG) {
    let rest2 = wideZigzag(value);
    for (; rest2 > 127; rest2 = Math.floor(rest2 / 128)) target[at++] = rest2 % 128 | 128;
    target[at++] = rest2;
    return at;
  }
  let rest = (value << 1 ^ value >> 31) >>> 0;
  while (rest > 127) {
    target[at++] = rest & 127 | 128;
    rest >>>= 7;
  }
  target[at++] = rest;
  return at;
}
function readVarint(source, cursor) {
  let rest = 0;
  let weight = 1;
  let byte;
  do {
    byte = source[cursor.at++];
    rest += (byte & 127) * weight;
    weight *= 128;
  } while (byte > 127 && weight < WEIGHT_MAX);
  if (byte > 127) return Number.NaN;
  return rest % 2 === 0 ? rest / 2 : -(rest + 1) / 2;
}
function wideZigzag(value) {
  return value >= 0 ? value * 2 : -value * 2 - 1;
}
function wideVarintSize(value) {
  let size = 1;
  for (let rest = wideZigzag(value); rest > 127; rest = Math.floor(rest / 128)) size++;
  return size;
}
function writeInt64(target, value, at) {
  const high = Math.floor(value / 2 ** 32);
  target.writeInt32BE(high, at);
  target.writeUInt32BE(value - high * 2 ** 32, at + 4);
}
function readInt64(source, at) {
  return source.readInt32BE(at) * 2 ** 32 + source.readUInt32BE(at + 4);
}

// src/engines/log/segment/record-batch.ts
var LENGTH_AT = 8;
var LEADER_EPOCH_AT = 12;
var LEADER_EPOCH_BYTES = 4;
var MAGIC_AT = 16;
var CRC_AT = 17;
var ATTRIBUTES_AT = 21;
var LAST_OFFSET_DELTA_AT = 23;
var BASE_TIMESTAMP_AT = 27;
var MAX_TIMESTAMP_AT = 35;
var PRODUCER_AT = 43;
var PRODUCER_EPOCH_AT = 51;
var BASE_SEQUENCE_AT = 53;
var COUNT_AT = 57;
var BATCH_HEADER_BYTES = 61;
var LENGTH_OVERHEAD = 12;
var MAGIC = 2;
var SMALL_BYTES = 24;
var COMPRESSION_MASK = 7;
var LOG_APPEND_TIME = 8;
var TRANSACTIONAL = 16;
var CONTROL = 32;
var DELETE_HORIZON = 64;
function encodeRecordBatch(lists) {
  const baseTimestampMs = lists[0]?.[0]?.timestampMs;
  assert(baseTimestampMs !== void 0, "a batch has a record");
  const sizes = recordSizes(lists, baseTimestampMs);
  const sizeBytes = batchSize(sizes);
  const target = Buffer.allocUnsafe(sizeBytes);
  let maxTimestampMs = baseTimestampMs;
  let count = 0;
  let at = BATCH_HEADER_BYTES;
  for (const records of lists) {
    for (const record of records) {
      if (record.timestampMs > maxTimestampMs) maxTimestampMs = record.timestampMs;
      at = writeVarint(target, sizes[count], at);
      at = writeRecord(target, at, record, record.timestampMs - baseTimestampMs, count);
      count++;
    }
  }
  assert(at === sizeBytes, "a batch is as long as computed");
  target.fill(0, 0, BATCH_HEADER_BYTES);
  target.writeInt32BE(sizeBytes - LENGTH_OVERHEAD, LENGTH_AT);
  target[MAGIC_AT] = MAGIC;
  target.writeInt32BE(count - 1, LAST_OFFSET_DELTA_AT);
  writeInt64(target, baseTimestampMs, BASE_TIMESTAMP_AT);
  writeInt64(target, maxTimestampMs, MAX_TIMESTAMP_AT);
  target.fill(255, PRODUCER_AT, COUNT_AT);
  target.writeInt32BE(count, COUNT_AT);
  stampChecksum(target);
  return target;
}
function stampBaseOffset(batch, baseOffset) {
  writeInt64(batch, baseOffset, 0);
  stampKeyNumber(batch, 0);
}
function stampAppendTime(batch, timestampMs) {
  writeInt64(batch, timestampMs, MAX_TIMESTAMP_AT);
  batch.writeInt16BE(batch.readInt16BE(ATTRIBUTES_AT) | LOG_APPEND_TIME, ATTRIBUTES_AT);
  stampChecksum(batch);
}
function stampProducer(batch, producer, attributes) {
  batch.writeInt16BE(attributes, ATTRIBUTES_AT);
  writeInt64(batch, producer.producerId, PRODUCER_AT);
  batch.writeInt16BE(producer.producerEpoch, PRODUCER_EPOCH_AT);
  stampChecksum(batch);
}
function rebuildBatch(batch, changed) {
  batch.writeInt32BE(batch.length - LENGTH_OVERHEAD, LENGTH_AT);
  batch.writeInt16BE(changed.attributes, ATTRIBUTES_AT);
  writeInt64(batch, changed.baseTimestampMs, BASE_TIMESTAMP_AT);
  writeInt64(batch, changed.maxTimestampMs, MAX_TIMESTAMP_AT);
  batch.writeInt32BE(changed.recordCount, COUNT_AT);
  stampChecksum(batch);
}
function stampChecksum(batch) {
  batch.writeUInt32BE(crc32c(batch.subarray(ATTRIBUTES_AT)), CRC_AT);
}
function readBatchHeader(bytes, at) {
  if (bytes.length - at < BATCH_HEADER_BYTES || bytes[at + MAGIC_AT] !== MAGIC) return void 0;
  const length = bytes.readInt32BE(at + LENGTH_AT);
  const lastOffsetDelta = bytes.readInt32BE(at + LAST_OFFSET_DELTA_AT);
  if (length < BATCH_HEADER_BYTES - LENGTH_OVERHEAD || lastOffsetDelta < 0) return void 0;
  const baseOffset = readInt64(bytes, at);
  return {
    baseOffset,
    endOffset: baseOffset + lastOffsetDelta + 1,
    sizeBytes: length + LENGTH_OVERHEAD,
    keyNumber: bytes.readInt32BE(at + LEADER_EPOCH_AT),
    attributes: bytes.readInt16BE(at + ATTRIBUTES_AT),
    baseTimestampMs: readInt64(bytes, at + BASE_TIMESTAMP_AT),
    maxTimestampMs: readInt64(bytes, at + MAX_TIMESTAMP_AT),
    producerId: readInt64(bytes, at + PRODUCER_AT),
    producerEpoch: bytes.readInt16BE(at + PRODUCER_EPOCH_AT),
    baseSequence: bytes.readInt32BE(at + BASE_SEQUENCE_AT),
    recordCount: bytes.readInt32BE(at + COUNT_AT)
  };
}
function storedKeyNumber(batch) {
  return batch.readInt32BE(LEADER_EPOCH_AT);
}
function stampKeyNumber(batch, keyNumber) {
  batch.writeInt32BE(keyNumber, LEADER_EPOCH_AT);
}
function storedChecksum(batch) {
  return batch.readUInt32BE(CRC_AT);
}
function isSoundBatch(batch) {
  return readBatchHeader(batch, 0)?.sizeBytes === batch.length && crc32c(batch.subarray(ATTRIBUTES_AT)) === storedChecksum(batch);
}
function recordSizes(lists, baseTimestampMs) {
  const sizes = [];
  for (const records of lists) {
    for (const record of records) {
      sizes.push(recordSize(record, record.timestampMs - baseTimestampMs, sizes.length));
    }
  }
  return sizes;
}
function batchSize(recordSizes2) {
  let size = BATCH_HEADER_BYTES;
  for (const body of recordSizes2) size += varintSize(body) + body;
  return size;
}
function recordSize(record, timestampDelta, offsetDelta) {
  const { key, value, headers } = record;
  let size = 1 + varintSize(timestampDelta) + varintSize(offsetDelta);
  size += (typeof key === "string" ? textSize(key) : bytesSize(key)) + bytesSize(value);
  if (headers === void 0) return size + 1;
  size += varintSize(headers.length);
  for (const header of headers) {
    size += textSize(header.name) + bytesSize(header.value);
  }
  return size;
}
function writeRecord(target, start, record, timestampDelta, offsetDelta) {
  let at = start;
  target[at++] = 0;
  at = writeVarint(target, timestampDelta, at);
  at = writeVarint(target, offsetDelta, at);
  const { key } = record;
  at = typeof key === "string" ? writeText(target, key, at) : writeBytes(target, key, at);
  at = writeBytes(target, record.value, at);
  const { headers } = record;
  if (headers === void 0) {
    target[at] = 0;
    return at + 1;
  }
  at = writeVarint(target, headers.length, at);
  for (const header of headers) {
    at = writeText(target, header.name, at);
    at = writeBytes(target, header.value, at);
  }
  return at;
}
function bytesSize(bytes) {
  return bytes === null ? 1 : varintSize(bytes.length) + bytes.length;
}
function textSize(text) {
  const length = Buffer.byteLength(text);
  return varintSize(length) + length;
}
function writeText(target, text, start) {
  const at = writeVarint(target, Buffer.byteLength(text), start);
  return at + target.write(text, at);
}
function writeBytes(target, bytes, start) {
  if (bytes === null) return writeVarint(target, -1, start);
  const at = writeVarint(target, bytes.length, start);
  const length = bytes.length;
  if (length <= SMALL_BYTES) {
    for (let index = 0; index < length; index++) target[at + index] = bytes[index];
  } else {
    target.set(bytes, at);
  }
  return at + length;
}

// src/engines/log/segment/decompress.ts
import { gunzipSync } from "node:zlib";

// src/engines/log/segment/lz4.ts
var MAGIC2 = 407708164;
var BLOCK_SIZES = {
  4: 64 << 10,
  5: 256 << 10,
  6: 1 << 20,
  7: 4 << 20
};
function decompressLz4Frames(bytes, bytesMax) {
  const output = createOutput(bytesMax);
  for (let at = 0; at < bytes.length; ) at = readFrame(bytes, at, output);
  return output.taken();
}
function createOutput(bytesMax) {
  let target = Buffer.alloc(0);
  const output = {
    length: 0,
    room(count) {
      const wanted = output.length + count;
      if (wanted > target.length) {
        const grown = Buffer.allocUnsafeSlow(Math.max(wanted, 2 * target.length));
        target.copy(grown, 0, 0, output.length);
        target = grown;
      }
      return target;
    },
    taken() {
      if (output.length > bytesMax) throw damaged();
      return target.subarray(0, output.length);
    }
  };
  return output;
}
function readFrame(bytes, start, output) {
  if (bytes.readUInt32LE(start) !== MAGIC2) throw damaged();
  const flags = bytes.readUInt8(start + 4);
  const blockBytesMax = BLOCK_SIZES[bytes.readUInt8(start + 5) >> 4 & 7];
  if (flags >> 6 !== 1 || blockBytesMax === void 0) throw damaged();
  const isLinked = (flags & 32) === 0;
  const blockTrailer = (flags & 16) === 0 ? 0 : 4;
  let at = start + 7 + ((flags & 8) === 0 ? 0 : 8) + ((flags & 1) === 0 ? 0 : 4);
  const frameStart = output.length;
  for (; ; ) {
    const word = bytes.readUInt32LE(at);
    at += 4;
    if (word === 0) return at + ((flags & 4) === 0 ? 0 : 4);
    const end = at + (word & 2147483647);
    if (end > bytes.length) throw damaged();
    const historyStart = isLinked ? frameStart : output.length;
    const target = output.room(blockBytesMax);
    if (word > 2147483647) {
      if (end - at > blockBytesMax) throw damaged();
      output.length += bytes.copy(target, output.length, at, end);
    } else {
      const limit = output.length + blockBytesMax;
      output.length = readBlock(bytes.subarray(at, end), target, output.length, historyStart, limit);
    }
    output.taken();
    at = end + blockTrailer;
  }
}
function readBlock(source, target, start, historyStart, limit) {
  let at = 0;
  let to = start;
  while (at < source.length) {
    const token = source[at++];
    let literals = token >> 4;
    if (literals === 15) {
      let more;
      do {
        more = source[at++] ?? 0;
        literals += more;
      } while (more === 255);
    }
    if (at + literals > source.length || to + literals > limit) throw damaged();
    source.copy(target, to, at, at + literals);
    at += literals;
    to += literals;
    if (at >= source.length) return to;
    const distance = source[at] | (source[at + 1] ?? 0) << 8;
    at += 2;
    let length = (token & 15) + 4;
    if (length === 19) {
      let more;
      do {
        more = source[at++] ?? 0;
        length += more;
      } while (more === 255);
    }
    const from = to - distance;
    if (distance === 0 || from < historyStart || to + length > limit) throw damaged();
    copyWithin(target, from, to, length);
    to += length;
  }
  return to;
}
function copyWithin(target, from, to, length) {
  if (from + length <= to && length > 32) {
    target.copyWithin(to, from, from + length);
    return;
  }
  for (let index = 0; index < length; index++) target[to + index] = target[from + index];
}
function damaged() {
  return new EngineError("corrupt", "damaged LZ4 data");
}

// src/engines/log/segment/snappy.ts
var XERIAL_MAGIC = Buffer.from([130, 83, 78, 65, 80, 80, 89, 0]);
var XERIAL_HEADER_BYTES = 16;
function decompressSnappy(bytes, bytesMax) {
  if (!bytes.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC)) {
    return readBlock2(bytes, bytesMax);
  }
  const blocks = [];
  let left = bytesMax;
  for (let at = XERIAL_HEADER_BYTES; at < bytes.length; ) {
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length) throw damaged2();
    const block = readBlock2(bytes.subarray(at + 4, end), left);
    blocks.push(block);
    left -= block.length;
    at = end;
  }
  return Buffer.concat(blocks);
}
function readBlock2(source, bytesMax) {
  let at = 0;
  let length = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = source[at++];
    if (byte === void 0 || shift > 28) throw damaged2();
    length += (byte & 127) * 2 ** shift;
    if (byte < 128) break;
  }
  if (length > bytesMax || length > 32 * source.length) throw damaged2();
  const target = Buffer.allocUnsafeSlow(length);
  let to = 0;
  while (at < source.length) {
    const tag = source[at++];
    const kind = tag & 3;
    if (kind === 0) {
      let count2 = (tag >> 2) + 1;
      if (count2 > 60) {
        const sizeBytes2 = count2 - 60;
        if (at + sizeBytes2 > source.length) throw damaged2();
        count2 = source.readUIntLE(at, sizeBytes2) + 1;
        at += sizeBytes2;
      }
      if (at + count2 > source.length || to + count2 > length) throw damaged2();
      source.copy(target, to, at, at + count2);
      at += count2;
      to += count2;
      continue;
    }
    const sizeBytes = kind === 3 ? 4 : kind;
    if (at + sizeBytes > source.length) throw damaged2();
    const count = kind === 1 ? (tag >> 2 & 7) + 4 : (tag >> 2) + 1;
    const distance = source.readUIntLE(at, sizeBytes) + (kind === 1 ? tag >> 5 << 8 : 0);
    at += sizeBytes;
    if (distance === 0 || distance > to || to + count > length) throw damaged2();
    copyWithin(target, to - distance, to, count);
    to += count;
  }
  if (to !== length) throw damaged2();
  return target;
}
function damaged2() {
  return new EngineError("corrupt", "damaged Snappy data");
}

// src/engines/log/segment/zstd.ts
import { decompressZstd as decompressFrames } from "hyparquet-compressors";
var MAGIC3 = 4247762216;
var SKIPPABLE_MAGIC = 25481893;
var BLOCK_BYTES_MAX = 128 << 10;
var WINDOW_BYTES_MAX = 32 << 20;
var DICTIONARY_ID_BYTES = [0, 1, 2, 4];
function decompressZstd(bytes, bytesMax) {
  let bound = 0;
  for (let at = 0; at < bytes.length; ) {
    if (bytes.readUInt32LE(at) >>> 4 === SKIPPABLE_MAGIC) {
      at += 8 + bytes.readUInt32LE(at + 4);
      continue;
    }
    const frame = walkFrame(bytes, at);
    bound += frame.bytesMax;
    at = frame.end;
    if (bound > bytesMax + BLOCK_BYTES_MAX) throw damaged3();
  }
  const out = decompressFrames(bytes);
  if (out.length > bytesMax) throw damaged3();
  return out;
}
function walkFrame(bytes, start) {
  if (bytes.readUInt32LE(start) !== MAGIC3) throw damaged3();
  const flags = bytes.readUInt8(start + 4);
  const isSingleSegment = (flags & 32) !== 0;
  const hasChecksum = (flags & 4) !== 0;
  const sizeFlag = flags >> 6;
  const contentSizeBytes = sizeFlag === 0 ? Number(isSingleSegment) : 1 << sizeFlag;
  let at = start + 5;
  if (!isSingleSegment) {
    const descriptor = bytes.readUInt8(at++);
    const base = 2 ** (10 + (descriptor >> 3));
    if (base + base / 8 * (descriptor & 7) > WINDOW_BYTES_MAX) throw damaged3();
  }
  at += DICTIONARY_ID_BYTES[flags & 3] ?? 0;
  if (contentSizeBytes > 0) {
    const low = bytes.readUIntLE(at, Math.min(contentSizeBytes, 6));
    if (low + (sizeFlag === 1 ? 256 : 0) > 2 * WINDOW_BYTES_MAX) throw damaged3();
    at += contentSizeBytes;
  }
  let bytesMax = 0;
  for (; ; ) {
    const block = bytes.readUIntLE(at, 3);
    const kind = block >> 1 & 3;
    const size = block >> 3;
    bytesMax += kind === 2 ? BLOCK_BYTES_MAX : size;
    at += 3 + (kind === 1 ? 1 : size);
    if (at > bytes.length || kind === 3) throw damaged3();
    if ((block & 1) !== 0) return { end: at + (hasChecksum ? 4 : 0), bytesMax };
  }
}
function damaged3() {
  return new EngineError("corrupt", "damaged Zstandard data");
}

// src/engines/log/segment/decompress.ts
var DECOMPRESSED_BYTES_MAX = 64 << 20;
var codecs = [
  void 0,
  (bytes, maxOutputLength) => gunzipSync(bytes, { maxOutputLength }),
  decompressSnappy,
  decompressLz4Frames,
  decompressZstd
];
var CODEC_COUNT = codecs.length;
function decompress(codec, bytes, bytesMax = DECOMPRESSED_BYTES_MAX) {
  const work = codecs[codec];
  if (!work) return void 0;
  try {
    const out = work(bytes, bytesMax);
    return Buffer.from(out.buffer, out.byteOffset, out.byteLength);
  } catch {
    return void 0;
  }
}

// src/engines/log/segment/record-decode.ts
function openBatch(header, bytes) {
  const codec = header.attributes & COMPRESSION_MASK;
  if (codec === 0) return { header, payload: bytes, from: BATCH_HEADER_BYTES };
  const payload = decompress(codec, bytes.subarray(BATCH_HEADER_BYTES));
  if (!payload) return void 0;
  const batch = { header, payload, from: 0 };
  return isWellFormed(batch, false) ? batch : void 0;
}
function decodeRecords({ header, payload, from }, fromOffset, budget, into) {
  const { baseOffset, recordCount, baseTimestampMs, maxTimestampMs } = header;
  const isArrival = (header.attributes & LOG_APPEND_TIME) !== 0;
  const cursor = { at: from };
  for (let index = 0; index < recordCount; index++) {
    const length = readVarint(payload, cursor);
    const end = cursor.at + length;
    cursor.at++;
    const timestampMs = baseTimestampMs + readVarint(payload, cursor);
    const offset = baseOffset + readVarint(payload, cursor);
    if (offset >= fromOffset) {
      if (budget.recordsLeft <= 0) return offset;
      if (length > budget.bytesLeft && into.length > 0) {
        budget.bytesLeft = 0;
        return offset;
      }
      budget.recordsLeft--;
      budget.bytesLeft -= length;
      into.push(readRecord(payload, cursor, offset, isArrival ? maxTimestampMs : timestampMs));
    }
    cursor.at = end;
  }
  return header.endOffset;
}
function findTimestamp({ header, payload, from }, fromOffset, timestampMs) {
  const cursor = { at: from };
  for (let index = 0; index < header.recordCount; index++) {
    const length = readVarint(payload, cursor);
    const end = cursor.at + length;
    cursor.at++;
    const found = timeOf(header, readVarint(payload, cursor));
    const offset = header.baseOffset + readVarint(payload, cursor);
    if (found >= timestampMs && offset >= fromOffset) return { offset, timestampMs: found };
    cursor.at = end;
  }
  return void 0;
}
function isWellFormed({ header, payload, from }, needsKeys) {
  const cursor = { at: from };
  const lastDelta = header.endOffset - 1 - header.baseOffset;
  let before = -1;
  for (let index = 0; index < header.recordCount; index++) {
    const length = readVarint(payload, cursor);
    const end = cursor.at + length;
    if (!(length >= 0 && end <= payload.length)) return false;
    cursor.at++;
    if (Number.isNaN(readVarint(payload, cursor))) return false;
    const delta = readVarint(payload, cursor);
    if (!(delta > before && delta <= lastDelta)) return false;
    before = delta;
    const keyAt = cursor.at;
    if (!skipBytes(payload, cursor, end) || !skipBytes(payload, cursor, end)) return false;
    if (needsKeys && readVarint(payload, { at: keyAt }) < 0) return false;
    let headers = readVarint(payload, cursor);
    if (!(headers >= 0 && cursor.at <= end)) return false;
    for (; headers > 0; headers--) {
      if (!skipBytes(payload, cursor, end) || !skipBytes(payload, cursor, end)) return false;
    }
    if (cursor.at !== end) return false;
  }
  return cursor.at === payload.length;
}
function skipBytes(payload, cursor, end) {
  if (cursor.at >= end) return false;
  const length = readVarint(payload, cursor);
  if (length > 0) cursor.at += length;
  return length >= -1 && cursor.at <= end;
}
function timeOf(header, delta) {
  return (header.attributes & LOG_APPEND_TIME) === 0 ? header.baseTimestampMs + delta : header.maxTimestampMs;
}
function readRecord(payload, cursor, offset, timestampMs) {
  const key = readBytes(payload, cursor);
  const value = readBytes(payload, cursor);
  const headerCount = readVarint(payload, cursor);
  if (headerCount === 0) return { offset, key, value, timestampMs };
  const headers = Array.from({ length: headerCount }, () => ({
    name: readBytes(payload, cursor)?.toString("utf8") ?? "",
    value: readBytes(payload, cursor)
  }));
  return { offset, key, value, timestampMs, headers };
}
function readBytes(payload, cursor) {
  const length = readVarint(payload, cursor);
  if (length < 0) return null;
  const start = cursor.at;
  cursor.at += length;
  return payload.subarray(start, cursor.at);
}

export {
  varintSize,
  writeVarint,
  readVarint,
  LEADER_EPOCH_AT,
  LEADER_EPOCH_BYTES,
  BATCH_HEADER_BYTES,
  COMPRESSION_MASK,
  LOG_APPEND_TIME,
  TRANSACTIONAL,
  CONTROL,
  DELETE_HORIZON,
  encodeRecordBatch,
  stampBaseOffset,
  stampAppendTime,
  stampProducer,
  rebuildBatch,
  readBatchHeader,
  storedKeyNumber,
  stampKeyNumber,
  storedChecksum,
  isSoundBatch,
  CODEC_COUNT,
  openBatch,
  decodeRecords,
  findTimestamp,
  isWellFormed
};
