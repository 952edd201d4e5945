import { createRequire as headraceRequire } from 'node:module'; const require = headraceRequire(import.meta.url);
import {
  signedPost
} from "./chunk-4M6OJDPI.js";
import "./chunk-EZKDEF2J.js";
import {
  endpointOf,
  fetchHealth
} from "./chunk-W3II7F47.js";
import "./chunk-VGP4LRHZ.js";
import "./chunk-PPN7SKWG.js";

// src/cli/scrub.ts
var ERASE_LINE = "\r\x1B[2K";
async function scrub(flags) {
  const endpoint = endpointOf(this, flags.endpoint);
  if (!await fetchHealth(endpoint)) {
    throw new Error(
      `No Headrace server answers at ${endpoint}. Start it with \`headrace up\`: it reads its own data directory.`
    );
  }
  const total = { objects: 0, bytes: 0, uncheckedBytes: 0, damaged: 0, damagedBytes: 0 };
  const erase = () => this.isTerminal && this.draw(ERASE_LINE);
  for (let next, isFirst = true; isFirst || next !== void 0; ) {
    if (this.interrupted.aborted) throw new Error(`Interrupted behind ${total.objects} objects.`);
    const page = await fetchPage(this, endpoint, next);
    isFirst = false;
    next = page.next;
    total.objects += page.objects;
    total.bytes += page.bytes;
    total.uncheckedBytes += page.uncheckedBytes;
    erase();
    for (const { bucket, key, versionId, sizeBytes } of page.damaged) {
      total.damaged += 1;
      total.damagedBytes += sizeBytes;
      const version = versionId === void 0 ? "" : `?versionId=${versionId}`;
      this.print(`damaged  s3://${bucket}/${printable(key)}${version}  ${sizeBytes} bytes`);
    }
    if (this.isTerminal) this.draw(`${total.objects} objects, ${total.bytes} bytes`);
  }
  erase();
  this.print(`${total.objects} objects with ${total.bytes} bytes were read.`);
  if (total.uncheckedBytes > 0) {
    this.print(`${total.uncheckedBytes} bytes are older than sums: read, but not checked.`);
  }
  if (total.damaged === 0) {
    this.print("None is damaged.");
    return;
  }
  this.print(`${total.damaged} damaged, which hold ${total.damagedBytes} bytes.`);
  this.setExitCode(1);
}
async function fetchPage(context, endpoint, after) {
  const url = new URL(`${endpoint}/_headrace/scrub`);
  if (after !== void 0) url.searchParams.set("after", after);
  const response = await signedPost(context, url);
  const text = await response.text();
  if (!response.ok) throw new Error(`The server refused (${response.status}): ${text.trim()}`);
  return JSON.parse(text);
}
function printable(key) {
  return key.replace(new RegExp("\\p{Cc}", "gu"), encodeURIComponent);
}
export {
  scrub
};
