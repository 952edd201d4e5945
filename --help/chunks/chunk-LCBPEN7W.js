import { createRequire as headraceRequire } from 'node:module'; const require = headraceRequire(import.meta.url);

// src/base/random.ts
import { randomBytes, randomUUID } from "node:crypto";
var systemRandom = {
  bytes: (count) => randomBytes(count),
  uuid: () => randomUUID(),
  unit: () => randomBytes(4).readUInt32LE() / 2 ** 32
};
function createSeededRandom(seed) {
  let state = seed >>> 0;
  const unit = () => {
    state = state + 1831565813 >>> 0;
    let mixed = Math.imul(state ^ state >>> 15, state | 1);
    mixed ^= mixed + Math.imul(mixed ^ mixed >>> 7, mixed | 61);
    return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32;
  };
  const bytes = (count) => Buffer.from(Array.from({ length: count }, () => unit() * 256));
  return {
    unit,
    bytes,
    uuid() {
      const hex = bytes(16).toString("hex");
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
    }
  };
}

export {
  systemRandom,
  createSeededRandom
};
