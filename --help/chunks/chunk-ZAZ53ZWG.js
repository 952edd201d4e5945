import { createRequire as headraceRequire } from 'node:module'; const require = headraceRequire(import.meta.url);
import {
  EngineError
} from "./chunk-VCNPK3W3.js";

// src/engines/query/port.ts
var sessionSettings = [
  "default_null_order",
  "ieee_floating_point_ops",
  "integer_division",
  "preserve_insertion_order",
  "timezone"
];
var QueryError = class extends EngineError {
  problem;
  /** Where in the SQL, as a count of characters from its start. */
  position;
  /** The name that was not found. */
  subject;
  constructor(kind, message, details) {
    super(kind, message);
    this.problem = details.problem;
    this.position = details.position;
    this.subject = details.subject;
  }
};

export {
  sessionSettings,
  QueryError
};
