import { createRequire as headraceRequire } from 'node:module'; const require = headraceRequire(import.meta.url);
import {
  createKeys
} from "./chunk-BABKK42N.js";
import {
  dateOf
} from "./chunk-VGP4LRHZ.js";
import {
  openLmdbMeta
} from "./chunk-RNZZ3GGP.js";
import "./chunk-KJ2O5COV.js";
import "./chunk-SJF4ROPC.js";
import "./chunk-VCNPK3W3.js";
import "./chunk-PPN7SKWG.js";

// src/cli/keys.ts
import { join } from "node:path";
async function addKey(flags) {
  const key = await withKeys(
    this,
    flags,
    (keys) => keys.add({
      accountId: flags.account ?? "000000000000",
      userName: flags.name ?? "operator"
    })
  );
  this.print(`export AWS_ACCESS_KEY_ID=${key.accessKeyId}`);
  this.print(`export AWS_SECRET_ACCESS_KEY=${key.secretAccessKey}`);
  this.printError("The secret is not shown again.");
}
async function listKeys(flags) {
  const keys = await withKeys(this, flags, (all) => all.list());
  if (keys.length === 0)
    this.printError("There are no configured keys; `headrace keys add` makes one.");
  for (const key of keys) {
    const made = dateOf(key.createdMs).toISOString();
    this.print(`${key.accessKeyId}  ${key.accountId}  ${key.userName}  ${made}`);
  }
}
async function removeKey(flags, accessKeyId) {
  const removed = await withKeys(this, flags, (keys) => keys.remove(accessKeyId));
  if (!removed) throw new Error(`There is no key ${accessKeyId}.`);
  this.print(`Removed ${accessKeyId}.`);
}
async function withKeys({ clock, random, environment }, flags, use) {
  const dataDir = flags.dataDir ?? environment["HEADRACE_DATA_DIR"] ?? ".headrace";
  const meta = await openLmdbMeta({ directory: join(dataDir, "meta") });
  try {
    return await use(createKeys({ meta, clock, random }));
  } finally {
    await meta.close();
  }
}
export {
  addKey,
  listKeys,
  removeKey
};
