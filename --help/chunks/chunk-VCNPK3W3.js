import { createRequire as headraceRequire } from 'node:module'; const require = headraceRequire(import.meta.url);

// src/base/errors.ts
var ServiceError = class extends Error {
  name = "ServiceError";
  code;
  /** HTTP status of the answer. */
  status;
  /** Further members of the modelled error, by their wire names (S3's `BucketName`, …). */
  fields;
  /** Headers of the answer (S3 only), lower case. */
  headers;
  constructor(code, message, options = {}) {
    super(message, options.cause === void 0 ? void 0 : { cause: options.cause });
    this.code = code;
    this.status = options.status ?? 400;
    this.fields = options.fields ?? {};
    this.headers = options.headers ?? {};
  }
};
var EngineError = class extends Error {
  name = "EngineError";
  kind;
  constructor(kind, message, cause) {
    super(message, cause === void 0 ? void 0 : { cause });
    this.kind = kind;
  }
};
var InvariantError = class extends Error {
  name = "InvariantError";
};
function hasErrorCode(error, ...codes) {
  return error instanceof Error && codes.includes(String(error.code));
}

export {
  ServiceError,
  EngineError,
  InvariantError,
  hasErrorCode
};
