import { createRequire as headraceRequire } from 'node:module'; const require = headraceRequire(import.meta.url);
import {
  assert
} from "./chunk-SJF4ROPC.js";

// src/base/ordered-key.ts
var STRING = 2;
var NUMBER = 5;
var END = Buffer.from([0]);
function encodeKey(parts) {
  let size = 0;
  for (const part of parts) size += typeof part === "number" ? 9 : Buffer.byteLength(part) + 2;
  const key = Buffer.allocUnsafe(size);
  let at = 0;
  for (const part of parts) {
    if (typeof part === "number") {
      key[at] = NUMBER;
      at = key.writeBigUInt64BE(BigInt(part), at + 1);
      continue;
    }
    if (part.includes("\0")) return Buffer.concat(parts.map(encodePart));
    key[at] = STRING;
    at += 1 + key.write(part, at + 1);
    key[at++] = 0;
  }
  return key;
}
function decodeKey(key, count = Number.POSITIVE_INFINITY) {
  const bytes = Buffer.from(key.buffer, key.byteOffset, key.byteLength);
  const parts = [];
  let at = 0;
  while (at < bytes.length && parts.length < count) {
    if (bytes[at] === NUMBER) {
      parts.push(Number(bytes.readBigUInt64BE(at + 1)));
      at += 9;
      continue;
    }
    const end = stringEnd(bytes, at + 1);
    assert(bytes[at] === STRING && end > at, "a key is made of strings and numbers");
    parts.push(unescapeZeros(bytes.subarray(at + 1, end)));
    at = end + 1;
  }
  return parts;
}
function afterPrefix(prefix) {
  let length = prefix.length;
  while (length > 0 && prefix[length - 1] === 255) length--;
  if (length === 0) return void 0;
  const next = Buffer.from(prefix.subarray(0, length));
  next[length - 1] = (next[length - 1] ?? 0) + 1;
  return next;
}
function encodePart(part) {
  if (typeof part === "number") {
    const bytes = Buffer.alloc(9);
    bytes[0] = NUMBER;
    bytes.writeBigUInt64BE(BigInt(part), 1);
    return bytes;
  }
  const text = Buffer.from(part);
  const body = text.includes(0) ? escapeZeros(text) : text;
  return Buffer.concat([Buffer.from([STRING]), body, END]);
}
function escapeZeros(bytes) {
  const out = [];
  for (const byte of bytes) out.push(...byte === 0 ? [0, 255] : [byte]);
  return Buffer.from(out);
}
function stringEnd(bytes, from) {
  let at = bytes.indexOf(0, from);
  while (bytes[at + 1] === 255) at = bytes.indexOf(0, at + 2);
  return at;
}
function unescapeZeros(bytes) {
  if (!bytes.includes(0)) return bytes.toString("utf8");
  const out = [];
  for (let at = 0; at < bytes.length; at++) {
    out.push(bytes[at] ?? 0);
    if (bytes[at] === 0) at++;
  }
  return Buffer.from(out).toString("utf8");
}
function encodeKeyPrefix(parts, partial) {
  const open = encodeKey([...parts, partial]);
  return open.subarray(0, open.length - 1);
}

export {
  encodeKey,
  decodeKey,
  afterPrefix,
  encodeKeyPrefix
};
