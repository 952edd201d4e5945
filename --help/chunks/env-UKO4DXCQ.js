import { createRequire as headraceRequire } from 'node:module'; const require = headraceRequire(import.meta.url);
import {
  endpointOf
} from "./chunk-W3II7F47.js";
import "./chunk-PPN7SKWG.js";

// src/cli/env.ts
function env(flags) {
  if (flags.account !== void 0 && !/^\d{12}$/.test(flags.account)) {
    throw new Error(`--account: '${flags.account}' is not an account number of twelve digits.`);
  }
  const region = flags.region ?? "us-east-1";
  this.print(`export AWS_ENDPOINT_URL=${endpointOf(this, flags.endpoint)}`);
  this.print(`export AWS_ACCESS_KEY_ID=${flags.account ?? "test"}`);
  this.print("export AWS_SECRET_ACCESS_KEY=test");
  this.print(`export AWS_REGION=${region}`);
  this.print(`export AWS_DEFAULT_REGION=${region}`);
}
export {
  env
};
