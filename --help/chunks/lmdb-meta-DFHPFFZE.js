import { createRequire as headraceRequire } from 'node:module'; const require = headraceRequire(import.meta.url);
import {
  openLmdbMeta
} from "./chunk-RNZZ3GGP.js";
import "./chunk-KJ2O5COV.js";
import "./chunk-SJF4ROPC.js";
import "./chunk-VCNPK3W3.js";
import "./chunk-PPN7SKWG.js";
export {
  openLmdbMeta
};
