import { createRequire as headraceRequire } from 'node:module'; const require = headraceRequire(import.meta.url);
import {
  InvariantError
} from "./chunk-VCNPK3W3.js";

// src/base/assert.ts
function assert(condition, message) {
  if (!condition) throw new InvariantError(message);
}
function present(value, what) {
  if (value === void 0 || value === null) throw new InvariantError(`${what} is absent`);
  return value;
}

export {
  assert,
  present
};
