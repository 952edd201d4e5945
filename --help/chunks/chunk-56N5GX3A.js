import { createRequire as headraceRequire } from 'node:module'; const require = headraceRequire(import.meta.url);

// src/engines/checksum/crc32c.ts
import { crc32c as nativeCrc32c } from "@node-rs/crc32";
function crc32c(bytes, previous = 0) {
  return nativeCrc32c(bytes, previous) >>> 0;
}

export {
  crc32c
};
