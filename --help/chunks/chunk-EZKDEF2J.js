import { createRequire as headraceRequire } from 'node:module'; const require = headraceRequire(import.meta.url);

// src/server/canonical-request.ts
var plainPath = /^[A-Za-z0-9\-._~/]*$/;
var oneParameter = /^[A-Za-z0-9\-._~]+(=[A-Za-z0-9\-._~]*)?$/;
function canonicalRequest(request, signature, payloadHash) {
  const { method, rawPath, rawQuery, headers } = request;
  const path = signature.service === "s3" ? objectPath(rawPath) : servicePath(rawPath);
  const query = canonicalQuery(rawQuery, signature.presigned);
  let lines = "";
  for (const name of signature.signedHeaders) {
    lines += `${name}:${canonicalValue(headers[name] ?? "")}
`;
  }
  const names = signature.signedHeaders.join(";");
  return `${method}
${path}
${query}
${lines}
${names}
${payloadHash}`;
}
function parseQuery(rawQuery) {
  const pairs = [];
  for (const part of rawQuery.split("&")) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    if (equals < 0) pairs.push([decode(part), ""]);
    else pairs.push([decode(part.slice(0, equals)), decode(part.slice(equals + 1))]);
  }
  return pairs;
}
function canonicalQuery(rawQuery, presigned) {
  if (rawQuery === "") return "";
  if (oneParameter.test(rawQuery)) return rawQuery.includes("=") ? rawQuery : `${rawQuery}=`;
  return parseQuery(rawQuery).filter(([name]) => !(presigned && name === "X-Amz-Signature")).map(([name, value]) => `${encode(name)}=${encode(value)}`).sort(byNameThenValue).join("&");
}
function byNameThenValue(a, b) {
  const [nameA = "", valueA = ""] = a.split("=");
  const [nameB = "", valueB = ""] = b.split("=");
  if (nameA !== nameB) return nameA < nameB ? -1 : 1;
  return valueA < valueB ? -1 : valueA > valueB ? 1 : 0;
}
function objectPath(rawPath) {
  if (plainPath.test(rawPath)) return rawPath;
  return rawPath.split("/").map((segment) => encode(decode(segment))).join("/");
}
function servicePath(rawPath) {
  if (rawPath === "/") return rawPath;
  const kept = [];
  for (const segment of rawPath.split("/")) {
    if (segment === "..") kept.pop();
    else if (segment !== "" && segment !== ".") kept.push(encode(segment));
  }
  const end = rawPath.endsWith("/") && kept.length > 0 ? "/" : "";
  return `/${kept.join("/")}${end}`;
}
function canonicalValue(value) {
  const trimmed = value.trim();
  return trimmed.includes("  ") ? trimmed.replace(/ {2,}/g, " ") : trimmed;
}
function decode(text) {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
function encode(text) {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`
  );
}

// src/server/signing.ts
import { hash, timingSafeEqual } from "node:crypto";

// src/server/limits.ts
var serverLimits = {
  /** Request line and headers together. AWS refuses more than 8 KB of headers at most services. */
  headSizeMax: 32768,
  /** Memory for the large request bodies that are held at the same time; more are refused. */
  heldBodiesMax: 1 << 30,
  /** Memory of bodies up to this size is used again; so much of it may wait for the next body. */
  pooledBodyMax: 4 << 20,
  idleBodiesMax: 32 << 20,
  /** Requests that one HTTP/1.1 connection may have sent ahead of their answers. */
  pipelinedMax: 256,
  /** Streams that are open at once in one HTTP/2 connection. */
  streamsMax: 1e3,
  /** HTTP/2 flow control: bytes a client may send ahead, in one stream and in all together. */
  streamWindowSize: 1 << 20,
  connectionWindowSize: 32 << 20,
  /** Megabytes that Node may hold for one HTTP/2 connection. */
  sessionMemoryMaxMb: 64,
  /** A kept-alive connection without a request under way is closed after this time. */
  keepAliveMs: 75e3,
  /** What is left of a refused upload is read and dropped up to here; then the connection is cut. */
  droppedSizeMax: 64 << 20,
  /** Time between asking the requests to end and cutting them, at the end of a drain. */
  abortGraceMs: 500,
  /** AWS: S3 allows 15 minutes between the clocks (RequestTimeTooSkewed), other services five. */
  skewS3Ms: 9e5,
  skewMs: 3e5,
  /** AWS: a presigned URL lives seven days at most (SigV4 query parameters, X-Amz-Expires). */
  presignedSecondsMax: 604800,
  /** Signing keys that are remembered. */
  signingKeysMax: 1e3,
  /** One line of aws-chunked framing: size, signature, or a trailer. */
  chunkLineSizeMax: 8192
};

// src/server/signing.ts
function createVerifier() {
  const keys = /* @__PURE__ */ new Map();
  function keyOf({ date, region, service }, secret) {
    const id = `${date}/${region}/${service}/${secret}`;
    let key = keys.get(id);
    if (!key) {
      if (keys.size >= serverLimits.signingKeysMax) keys.clear();
      key = deriveKey(secret, [date, region, service, "aws4_request"]);
      keys.set(id, key);
    }
    return key;
  }
  return {
    keyOf,
    verify(request, signature, secret, payloadHash) {
      const canonical = canonicalRequest(request, signature, payloadHash);
      const stringToSign = `AWS4-HMAC-SHA256
${signature.amzDate}
${scopeOf(signature)}
${sha256(bytesOf(canonical))}`;
      const wanted = keyOf(signature, secret).sign(stringToSign);
      const valid = equalInConstantTime(wanted, signature.value);
      return { valid, canonicalRequest: canonical, stringToSign };
    }
  };
}
function scopeOf({ date, region, service }) {
  return `${date}/${region}/${service}/aws4_request`;
}
function sha256(data) {
  return hash("sha256", data, "hex");
}
function equalInConstantTime(a, b) {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
function bytesOf(text) {
  return /^[\x00-\x7f]*$/.test(text) ? text : Buffer.from(text, "latin1");
}
function deriveKey(secret, scope) {
  let hmac = createHmac(Buffer.from(`AWS4${secret}`));
  for (const part of scope) hmac = createHmac(hmac(part));
  return { sign: (text) => hmac(text).toString("hex") };
}
var BLOCK_SIZE = 64;
function createHmac(key) {
  const block = Buffer.alloc(BLOCK_SIZE);
  (key.length > BLOCK_SIZE ? hash("sha256", key, "buffer") : key).copy(block);
  const inner = block.map((byte) => byte ^ 54);
  const outer = Buffer.alloc(BLOCK_SIZE + 32);
  for (const [index, byte] of block.entries()) outer[index] = byte ^ 92;
  return (text) => {
    const message = Buffer.allocUnsafe(BLOCK_SIZE + Buffer.byteLength(text));
    message.set(inner);
    message.write(text, BLOCK_SIZE);
    hash("sha256", message, "buffer").copy(outer, BLOCK_SIZE);
    return hash("sha256", outer, "buffer");
  };
}

export {
  canonicalRequest,
  parseQuery,
  serverLimits,
  createVerifier,
  scopeOf,
  sha256,
  equalInConstantTime
};
