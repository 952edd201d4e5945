import { createRequire as headraceRequire } from 'node:module'; const require = headraceRequire(import.meta.url);

// src/base/clock.ts
var systemClock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) => new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, Math.min(ms, 2147483647));
    signal?.addEventListener("abort", done, { once: true });
  })
};
function dateOf(wallMs) {
  return new Date(wallMs);
}
function parseDateMs(text) {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? void 0 : ms;
}
function parseTimeMs(text) {
  return Date.parse(text);
}
function wallMsOfText(text) {
  return Date.parse(text);
}
function utcMs(year, month, day, hour, minute, second) {
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

export {
  systemClock,
  dateOf,
  parseDateMs,
  parseTimeMs,
  wallMsOfText,
  utcMs
};
