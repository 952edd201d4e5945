import { createRequire as headraceRequire } from 'node:module'; const require = headraceRequire(import.meta.url);
import {
  endpointOf,
  fetchHealth
} from "./chunk-W3II7F47.js";
import "./chunk-PPN7SKWG.js";

// src/cli/status.ts
async function status(flags) {
  const endpoint = endpointOf(this, flags.endpoint);
  const health = await fetchHealth(endpoint);
  if (!health) {
    this.printError(`no Headrace server answers at ${endpoint}; start one with \`headrace up\``);
    this.setExitCode(1);
    return;
  }
  this.print(`${endpoint}  ${health.status}  version ${health.version}`);
  for (const [name, state] of Object.entries(health.services)) {
    this.print(`  ${name.padEnd(20)} ${state}`);
  }
  if (health.kafka !== void 0) this.print(`  ${"Kafka's protocol".padEnd(20)} ${health.kafka}`);
}
export {
  status
};
