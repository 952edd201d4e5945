import { createRequire as headraceRequire } from 'node:module'; const require = headraceRequire(import.meta.url);
import {
  QueryError
} from "./chunk-ZAZ53ZWG.js";
import {
  EngineError
} from "./chunk-VCNPK3W3.js";

// src/engines/query/duckdb/duckdb-query.ts
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";

// src/engines/query/duckdb/child-handle.ts
import { fork } from "node:child_process";
function startChild({ childPath, childArguments }) {
  const child = fork(childPath, [], {
    execArgv: [...childArguments],
    serialization: "advanced",
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    // Nothing of the server's environment (keys, proxies) is the business of SQL.
    env: { UV_THREADPOOL_SIZE: "4", TZ: "UTC" }
  });
  const waiting = /* @__PURE__ */ new Map();
  let nextId = 1;
  let alive = true;
  function lose(reason) {
    alive = false;
    for (const { reject } of waiting.values()) {
      reject(new EngineError("unavailable", `the query process ended (${reason})`));
    }
    waiting.clear();
  }
  const ended = new Promise((resolve) => {
    child.on("error", (error) => {
      lose(error.message);
      resolve();
    });
    child.on("exit", (code, signal) => {
      lose(signal ?? `exit code ${code}`);
      resolve();
    });
  });
  child.on("message", (reply) => {
    const request = waiting.get(reply.id);
    if (!request) return;
    if (reply.kind === "progress") return request.onProgress?.(reply.progress);
    waiting.delete(reply.id);
    if (reply.kind === "done") return request.resolve(reply.result);
    if (reply.failure.fatal) child.kill("SIGKILL");
    request.reject(toError(reply.failure));
  });
  function send(message) {
    if (child.connected) child.send(message, () => void 0);
  }
  return {
    get alive() {
      return alive;
    },
    request: (body, onProgress) => new Promise((resolve, reject) => {
      if (!alive) return reject(new EngineError("unavailable", "the query process has ended"));
      const id = nextId++;
      waiting.set(id, { resolve, reject, onProgress });
      send({ ...body, id });
    }),
    interrupt: () => send({ kind: "interrupt" }),
    kill() {
      alive = false;
      child.kill("SIGKILL");
    },
    ended
  };
}
function toError({ kind, message, ...details }) {
  return new QueryError(kind, message, details);
}

// src/engines/query/duckdb/session.ts
var ROWS_MAX = 1e4;
var INTERRUPT_INTERVAL_MS = 50;
var INTERRUPT_GRACE_MS = 5e3;
function createSession(child, clock, onClosed) {
  let last = Promise.resolve();
  let closed;
  function inTurn(work) {
    if (closed !== void 0)
      return Promise.reject(new EngineError("unavailable", "the session is closed"));
    const turn = last.then(work);
    last = turn.catch(() => void 0);
    return turn;
  }
  async function execute(sql, options) {
    const { signal, onProgress } = options;
    if (signal?.aborted) throw new EngineError("timeout", "the statement was cancelled");
    const running = child.request(
      {
        kind: "execute",
        statement: {
          sql,
          parameters: options.parameters ?? [],
          rowsMax: options.rowsMax ?? ROWS_MAX,
          progress: onProgress !== void 0
        }
      },
      onProgress
    );
    const settled = new AbortController();
    const onAbort = () => void stop(child, clock, settled.signal);
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      return toResult(await running);
    } catch (error) {
      if (signal?.aborted) throw new EngineError("timeout", "the statement was cancelled", error);
      throw error;
    } finally {
      settled.abort();
      signal?.removeEventListener("abort", onAbort);
    }
  }
  async function close() {
    if (child.alive) {
      const settled = new AbortController();
      const idle = last.finally(() => settled.abort());
      void stop(child, clock, settled.signal);
      await idle;
      await child.request({ kind: "close" }).catch(() => child.kill());
    }
    await onClosed();
  }
  return {
    execute: (sql, options = {}) => inTurn(() => execute(sql, options)),
    allow: (paths) => inTurn(async () => {
      await child.request({ kind: "allow", paths });
    }),
    close: () => {
      closed ??= close();
      return closed;
    }
  };
}
async function stop(child, clock, settled) {
  const untilMs = clock.monotonicMs() + INTERRUPT_GRACE_MS;
  while (!settled.aborted) {
    if (clock.monotonicMs() > untilMs) return child.kill();
    child.interrupt();
    await clock.sleep(INTERRUPT_INTERVAL_MS, settled);
  }
}
function toResult(result) {
  const { chunks, ...rest } = result ?? {
    chunks: [],
    columns: [],
    truncated: false,
    scannedBytes: 0
  };
  return { ...rest, rows: chunks.flatMap((chunk) => JSON.parse(chunk)) };
}

// src/engines/query/duckdb/slots.ts
function createSlots(options) {
  const waiters = /* @__PURE__ */ new Set();
  let free = options.sessionsMax;
  function releaseOnce() {
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const [next] = waiters;
      if (!next) {
        free++;
        return;
      }
      waiters.delete(next);
      options.onDepth(waiters.size);
      next.grant();
    };
  }
  function wait(signal) {
    return new Promise((resolve, reject) => {
      const onAbort = () => waiter.refuse(new EngineError("timeout", "gave up waiting"));
      const waiter = {
        grant() {
          signal?.removeEventListener("abort", onAbort);
          resolve(releaseOnce());
        },
        refuse(error) {
          waiters.delete(waiter);
          options.onDepth(waiters.size);
          signal?.removeEventListener("abort", onAbort);
          reject(error);
        }
      };
      waiters.add(waiter);
      options.onDepth(waiters.size);
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  }
  return {
    async acquire(signal) {
      if (signal?.aborted) throw new EngineError("timeout", "gave up before it began");
      if (free > 0) {
        free--;
        return releaseOnce();
      }
      if (waiters.size >= options.waitersMax) {
        throw new EngineError("full", `${waiters.size} sessions wait already`);
      }
      return wait(signal);
    },
    close() {
      for (const waiter of waiters) {
        waiter.refuse(new EngineError("unavailable", "the query engine is closed"));
      }
    }
  };
}

// src/engines/query/duckdb/duckdb-query.ts
var WAITERS_MAX = 1e3;
var SPILL_BYTES_MAX = 5e10;
var THREADS = 2;
var IDLE_MS = 6e4;
function createDuckdbQuery(options) {
  const { clock, random, metrics, directory } = options;
  const slots = createSlots({
    sessionsMax: options.sessionsMax,
    waitersMax: options.waitersMax ?? WAITERS_MAX,
    onDepth: (depth) => metrics.record("headrace_queue_depth", { queue: "query" }, depth)
  });
  const closing = new AbortController();
  const children = /* @__PURE__ */ new Set();
  let spare;
  let prepared;
  function takeChild() {
    const warm = spare;
    spare = void 0;
    warm?.taken.abort();
    if (warm?.child.alive) return warm.child;
    const child = startChild({
      childPath: options.childPath,
      childArguments: options.childArguments ?? []
    });
    children.add(child);
    void child.ended.then(() => children.delete(child));
    return child;
  }
  async function giveBack(child) {
    if (!child.alive || spare || closing.signal.aborted) return child.kill();
    const taken = new AbortController();
    spare = { child, taken };
    await clock.sleep(IDLE_MS, AbortSignal.any([taken.signal, closing.signal]));
    if (taken.signal.aborted) return;
    if (spare?.child === child) spare = void 0;
    child.kill();
  }
  async function open(request) {
    const release = await slots.acquire(request.signal);
    const spillDirectory = join(directory, `session-${random.uuid()}`);
    try {
      prepared ??= removeLeftovers(directory);
      await prepared;
      const child = takeChild();
      await child.request({
        kind: "open",
        settings: {
          paths: request.paths,
          memoryBytes: request.memoryBytes ?? options.memoryBytes,
          threads: request.threads ?? options.threads ?? THREADS,
          spillDirectory,
          spillBytesMax: options.spillBytesMax ?? SPILL_BYTES_MAX,
          engine: request.settings ?? {}
        }
      });
      return createSession(child, clock, async () => {
        void giveBack(child);
        await rm(spillDirectory, { recursive: true, force: true });
        release();
      });
    } catch (error) {
      release();
      throw error;
    }
  }
  return {
    capabilities: { dialect: "duckdb" },
    async open(request) {
      if (closing.signal.aborted) throw new EngineError("unavailable", "the query engine is closed");
      return open(request);
    },
    async close() {
      closing.abort();
      slots.close();
      const ends = [...children].map((child) => child.ended);
      for (const child of children) child.kill();
      await Promise.all(ends);
    }
  };
}
async function removeLeftovers(directory) {
  await mkdir(directory, { recursive: true });
  const names = await readdir(directory);
  const left = names.filter((name) => name.startsWith("session-"));
  await Promise.all(left.map((name) => rm(join(directory, name), { recursive: true, force: true })));
}

export {
  createDuckdbQuery
};
