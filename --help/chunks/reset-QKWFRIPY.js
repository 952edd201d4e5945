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

// src/cli/reset.ts
async function reset(flags) {
  const endpoint = endpointOf(this, flags.endpoint);
  const what = flags.everything ? "everything of all accounts" : "everything of your account";
  if (!flags.yes) throw new Error(`This removes ${what} at ${endpoint}. Say --yes to do it.`);
  if (!await fetchHealth(endpoint)) {
    throw new Error(
      `No Headrace server answers at ${endpoint}. With the server stopped, its data directory can simply be removed.`
    );
  }
  const url = new URL(`${endpoint}/_headrace/reset`);
  if (flags.everything) url.searchParams.set("scope", "everything");
  const response = await signedPost(this, url);
  const text = await response.text();
  if (!response.ok) throw new Error(`The server refused (${response.status}): ${text.trim()}`);
  this.print(`Removed ${what} at ${endpoint}.`);
}
export {
  reset
};
