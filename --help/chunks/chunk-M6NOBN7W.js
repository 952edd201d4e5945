import { createRequire as headraceRequire } from 'node:module'; const require = headraceRequire(import.meta.url);

// src/base/child-abort.ts
import { setMaxListeners } from "node:events";
function createChildAbort(parent) {
  const controller = createAbort();
  const end = () => {
    parent.removeEventListener("abort", end);
    controller.abort();
  };
  if (parent.aborted) controller.abort();
  else parent.addEventListener("abort", end);
  return { signal: controller.signal, end };
}
function createAbort() {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

export {
  createChildAbort,
  createAbort
};
