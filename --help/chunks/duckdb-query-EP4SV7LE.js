import { createRequire as headraceRequire } from 'node:module'; const require = headraceRequire(import.meta.url);
import {
  createDuckdbQuery
} from "./chunk-ZRCTPKAB.js";
import "./chunk-ZAZ53ZWG.js";
import "./chunk-VCNPK3W3.js";
import "./chunk-PPN7SKWG.js";
export {
  createDuckdbQuery
};
