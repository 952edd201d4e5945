import { createRequire as headraceRequire } from 'node:module'; const require = headraceRequire(import.meta.url);
import {
  assert,
  present
} from "./chunk-SJF4ROPC.js";
import {
  EngineError,
  hasErrorCode
} from "./chunk-VCNPK3W3.js";
import "./chunk-PPN7SKWG.js";

// src/engines/compute/process/process-compute.ts
import { mkdir as mkdir2, readdir, rename as rename2, rm as rm2, writeFile as writeFile2 } from "node:fs/promises";
import { basename, dirname as dirname2, join as join4 } from "node:path";

// src/engines/compute/process/child-process.ts
import { spawn } from "node:child_process";

// src/engines/compute/process/line-splitter.ts
import { StringDecoder } from "node:string_decoder";
function createLineSplitter(lineMaxCharacters) {
  const decoder = new StringDecoder("utf8");
  let open = "";
  function cut() {
    const lines = [];
    let from = 0;
    for (; ; ) {
      const lineEnd = open.indexOf("\n", from);
      const pieceEnd = from + lineMaxCharacters;
      if (lineEnd >= 0 && lineEnd <= pieceEnd) {
        lines.push(open.slice(from, lineEnd));
        from = lineEnd + 1;
      } else if (open.length > pieceEnd) {
        lines.push(open.slice(from, pieceEnd));
        from = pieceEnd;
      } else break;
    }
    open = open.slice(from);
    return lines;
  }
  return {
    push(chunk) {
      open += decoder.write(chunk);
      return cut();
    },
    end() {
      open += decoder.end();
      const lines = cut();
      if (open !== "") lines.push(open);
      open = "";
      return lines;
    }
  };
}

// src/engines/compute/process/output-reader.ts
var LINE_MAX_CHARACTERS = 256 * 1024;
function createOutputReader(stream, onLine) {
  const splitter = createLineSplitter(LINE_MAX_CHARACTERS);
  let held;
  let isNews = false;
  function tell(lines) {
    const pending = lines.map(onLine).filter((answer) => answer !== void 0);
    if (pending.length === 0) return;
    stream.pause();
    const holding = Promise.allSettled([held, ...pending]).then(() => {
      if (held !== holding) return;
      held = void 0;
      stream.resume();
    });
    held = holding;
  }
  stream.on("data", (chunk) => {
    isNews = true;
    tell(splitter.push(chunk));
  });
  stream.on("error", () => void 0);
  const ended = new Promise((resolve) => {
    stream.once("close", () => {
      tell(splitter.end());
      resolve(held?.then(() => void 0));
    });
  });
  return {
    ended,
    async settled() {
      let quietTurns = 0;
      while (quietTurns < 2) {
        await held;
        isNews = false;
        await new Promise((resolve) => setImmediate(resolve));
        quietTurns = isNews || held !== void 0 ? 0 : quietTurns + 1;
      }
    }
  };
}

// src/engines/compute/process/child-process.ts
var DATA_SLACK_BYTES = 1024 ** 3;
var OUTPUT_GRACE_MS = 500;
async function startChild(deps, spec) {
  const [command, ...rest] = wrapped(deps.interpreters, spec);
  assert(command !== void 0, "a command line has a command");
  const channels = Array.from({ length: spec.channelCount }, () => "pipe");
  const handle = spawn(command, rest, {
    cwd: spec.directory,
    env: spec.environment,
    detached: true,
    stdio: ["ignore", "pipe", "pipe", ...channels]
  });
  if (handle.pid === void 0) {
    const cause = await new Promise((resolve) => handle.once("error", resolve));
    throw new EngineError("unavailable", `${spec.command} cannot be started`, cause);
  }
  return supervise(deps, spec, handle, handle.pid);
}
function supervise(deps, spec, handle, processId) {
  let killedFor;
  let gone = false;
  function kill(reason) {
    if (gone) return;
    killedFor ??= reason;
    killGroup(processId);
  }
  const watched = {
    processId,
    limitBytes: spec.memoryBytes ?? Number.POSITIVE_INFINITY,
    peakBytes: 0,
    onExceeded: () => kill("memory")
  };
  const stdout = present(handle.stdout, "stdout of a child");
  const stderr = present(handle.stderr, "stderr of a child");
  const outputs = [
    createOutputReader(stdout, (line) => spec.onLine(line, "stdout")),
    createOutputReader(stderr, (line) => spec.onLine(line, "stderr"))
  ];
  const channels = handle.stdio.slice(3);
  for (const channel of channels) channel.on("error", () => void 0);
  handle.on("error", () => void 0);
  const exited = new Promise((resolve) => {
    handle.once("exit", (code, signal) => {
      gone = true;
      resolve({ code: code ?? void 0, signal: signal ?? void 0 });
    });
  });
  deps.memory.add(watched);
  async function end() {
    const how = await exited;
    deps.memory.remove(watched);
    killGroup(processId);
    const grace = new AbortController();
    await Promise.race([
      Promise.all(outputs.map((output) => output.ended)),
      deps.clock.sleep(OUTPUT_GRACE_MS, grace.signal)
    ]);
    grace.abort();
    for (const stream of [stdout, stderr, ...channels]) stream.destroy();
    return { ...how, killedFor };
  }
  return {
    processId,
    channel: (index) => present(channels[index], `channel ${index} of a child`),
    kill,
    ended: end(),
    memoryPeakBytes: () => deps.memory.look(watched),
    async outputSettled() {
      await Promise.all(outputs.map((output) => output.settled()));
    }
  };
}
function wrapped(interpreters, spec) {
  const { prlimit, setpriv } = interpreters;
  const dataBytes = spec.memoryBytes && spec.memoryBytes + DATA_SLACK_BYTES;
  return [
    ...prlimit ? [prlimit, "--core=0", ...dataBytes ? [`--data=${dataBytes}`] : []] : [],
    ...setpriv ? [setpriv, "--pdeathsig", "KILL"] : [],
    spec.command,
    ...spec.arguments
  ];
}
function killGroup(processId) {
  try {
    process.kill(-processId, "SIGKILL");
  } catch {
    return;
  }
}

// src/engines/compute/process/code-directory.ts
import { chmod, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, isAbsolute, join, normalize, sep } from "node:path";
function createCodeDirectory(directory, random) {
  const installed = /* @__PURE__ */ new Map();
  async function unpack(codeId, files) {
    const draft = join(directory, `draft-${random.bytes(12).toString("hex")}`);
    const final = join(directory, codeId);
    await mkdir(draft);
    try {
      for await (const file of files()) await writeCode(draft, file);
      await rename(draft, final);
    } catch (error) {
      await rm(draft, { recursive: true, force: true });
      throw error;
    }
    return final;
  }
  return {
    install(codeId, files) {
      if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/.test(codeId)) {
        return Promise.reject(new EngineError("invalid", `'${codeId}' cannot name a directory`));
      }
      const known = installed.get(codeId);
      if (known !== void 0) return known;
      const unpacking = unpack(codeId, files);
      installed.set(codeId, unpacking);
      unpacking.catch(() => installed.delete(codeId));
      return unpacking;
    },
    async remove(codeId) {
      const known = installed.get(codeId);
      if (known === void 0) return;
      installed.delete(codeId);
      const path = await known.catch(() => void 0);
      if (path === void 0) return;
      const grave = join(directory, `grave-${random.bytes(12).toString("hex")}`);
      await rename(path, grave);
      await rm(grave, { recursive: true, force: true });
    }
  };
}
async function writeCode(root, file) {
  const path = normalize(join(root, file.path));
  const leadsOut = !path.startsWith(root + sep) || isAbsolute(file.path);
  if (leadsOut || file.path.includes("\0")) {
    throw new EngineError("invalid", `'${file.path}' leads out of the code's directory`);
  }
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, file.bytes);
  await chmod(path, file.executable ? 365 : 292);
}

// src/engines/compute/process/function-instance.ts
var INIT_TIMEOUT_MS = 1e4;
var ORPHAN_LINES_MAX = 1e3;
var RETURN_MAX_MS = 50;
async function startFunctionInstance(deps, spec) {
  const instance = new Instance(deps, spec);
  await instance.start();
  return instance;
}
var Instance = class {
  id;
  spec;
  startedMs;
  #deps;
  #child;
  #task;
  #handOut;
  #freeSinceMs;
  #returning;
  #initError;
  #seenEvent = false;
  #retiring = false;
  #over = false;
  #orphanLines = [];
  constructor(deps, spec) {
    this.#deps = deps;
    this.id = deps.id;
    this.spec = spec;
    this.startedMs = deps.clock.monotonicMs();
  }
  async start() {
    this.#child = await this.#deps.start(this, (line) => this.#onLine(line));
    void this.#child.ended.then((end) => this.#onEnd(end));
  }
  freeSinceMs() {
    return this.#freeSinceMs;
  }
  isReturning() {
    return this.#returning !== void 0;
  }
  isOver() {
    return this.#over;
  }
  handle(event) {
    return new Promise((resolve) => {
      const onAbort = () => this.kill();
      const task = {
        event,
        resolve,
        onAbort,
        timer: new AbortController(),
        begunMs: void 0,
        initDurationMs: void 0,
        answered: false
      };
      this.#task = task;
      const { runtime } = this.#deps;
      event.onInstance?.({ id: this.id, runtime, isNew: !this.#seenEvent });
      for (const line of this.#orphanLines.splice(0)) void event.onLog(line);
      event.signal?.addEventListener("abort", onAbort, { once: true });
      if (event.signal?.aborted) onAbort();
      if (this.#over) void this.#finish(task, resultOfEnd(void 0, this.#initError));
      else if (this.#handOut) this.#begin(task, this.#handOut);
      else this.#limit(task, Math.max(INIT_TIMEOUT_MS, event.timeoutMs));
    });
  }
  retire() {
    this.#retiring = true;
    if (!this.#task) this.kill();
  }
  kill() {
    this.#freeSinceMs = void 0;
    this.#handOut = void 0;
    this.#child?.kill("stopped");
  }
  onNext(handOut) {
    this.#endReturn();
    const task = this.#task;
    if (task && task.begunMs === void 0) {
      task.timer.abort();
      this.#begin(task, handOut);
    } else {
      this.#handOut = handOut;
      this.#becomeFree();
    }
  }
  responseMaxBytes() {
    return this.#task?.event.responseMaxBytes ?? 0;
  }
  onAnswer(requestId, kind, payload) {
    const result = { kind: kind === "error" ? "failed" : "succeeded", payload };
    return this.#answer(requestId, result);
  }
  onAnswerTooLarge(requestId) {
    return this.#answer(requestId, tooLarge(this.responseMaxBytes()));
  }
  onInitError(body) {
    this.#initError = body;
  }
  /** Our bootstraps print a message of several lines with carriage returns in between. */
  #onLine(printed) {
    const line = printed.includes("\r") ? printed.replaceAll("\r", "\n") : printed;
    if (this.#task) return this.#task.event.onLog(line);
    if (this.#orphanLines.length < ORPHAN_LINES_MAX) this.#orphanLines.push(line);
  }
  async #onEnd(end) {
    this.#over = true;
    this.#endReturn();
    this.#freeSinceMs = void 0;
    const task = this.#task;
    if (task && !task.answered) await this.#finish(task, resultOfEnd(end, this.#initError));
    await this.#deps.cleanUp();
    this.#deps.onChange();
  }
  #limit(task, limitMs) {
    const { signal } = task.timer;
    void this.#deps.clock.sleep(limitMs, signal).then(() => {
      if (!signal.aborted) this.#child?.kill("timeout");
    });
  }
  #begin(task, handOut) {
    const { clock } = this.#deps;
    const { requestId, functionArn, payload, timeoutMs, clientContext } = task.event;
    this.#handOut = void 0;
    this.#freeSinceMs = void 0;
    task.begunMs = clock.monotonicMs();
    if (!this.#seenEvent) task.initDurationMs = task.begunMs - this.startedMs;
    this.#seenEvent = true;
    task.timer = new AbortController();
    this.#limit(task, timeoutMs);
    const deadlineMs = clock.wallMs() + timeoutMs;
    const context = clientContext === void 0 ? {} : { clientContext };
    handOut({ requestId, functionArn, payload, deadlineMs, ...context });
  }
  #answer(requestId, result) {
    const task = this.#task;
    if (task?.event.requestId !== requestId || task.begunMs === void 0 || task.answered) {
      return false;
    }
    this.#expectReturn();
    void this.#finish(task, result);
    return true;
  }
  #expectReturn() {
    const returning = new AbortController();
    this.#returning = returning;
    void this.#deps.clock.sleep(RETURN_MAX_MS, returning.signal).then(() => {
      if (returning.signal.aborted) return;
      this.#endReturn();
      this.#deps.onChange();
    });
  }
  #endReturn() {
    this.#returning?.abort();
    this.#returning = void 0;
  }
  async #finish(task, result) {
    task.answered = true;
    task.timer.abort();
    task.event.signal?.removeEventListener("abort", task.onAbort);
    const durationMs = this.#deps.clock.monotonicMs() - (task.begunMs ?? this.startedMs);
    await this.#child?.outputSettled();
    const memoryUsedBytes = await this.#child?.memoryPeakBytes() ?? 0;
    const init = task.initDurationMs === void 0 ? {} : { initDurationMs: task.initDurationMs };
    this.#task = void 0;
    task.resolve({ ...result, ...init, durationMs, memoryUsedBytes });
    this.#becomeFree();
  }
  #becomeFree() {
    if (this.#task || !this.#handOut || this.#over) return;
    if (this.#retiring) {
      this.kill();
      return;
    }
    this.#freeSinceMs = this.#deps.clock.monotonicMs();
    this.#deps.onChange();
  }
};
function resultOfEnd(end, initError) {
  if (end?.killedFor === "timeout") return { kind: "timed-out" };
  if (initError) return { kind: "failed", payload: initError };
  const outOfMemory = end?.killedFor === "memory";
  if (end?.signal) {
    return { kind: "exited", reason: `signal: ${SIGNALS[end.signal] ?? end.signal}`, outOfMemory };
  }
  return { kind: "exited", reason: end?.code ? `exit status ${end.code}` : "", outOfMemory };
}
var SIGNALS = {
  SIGABRT: "aborted",
  SIGBUS: "bus error",
  SIGFPE: "floating point exception",
  SIGILL: "illegal instruction",
  SIGKILL: "killed",
  SIGSEGV: "segmentation fault",
  SIGTERM: "terminated",
  SIGTRAP: "trace/breakpoint trap"
};
function tooLarge(limitBytes) {
  const document = {
    errorType: "Function.ResponseSizeTooLarge",
    errorMessage: `Response payload size exceeded maximum allowed payload size (${limitBytes} bytes).`
  };
  return { kind: "failed", payload: Buffer.from(JSON.stringify(document)) };
}

// src/engines/compute/process/function-pool.ts
var POOL_LIMITS = {
  instancesMax: 100,
  waitingMax: 1e4,
  idleMaxMs: 3e5,
  ageMaxMs: 6 * 36e5
};
var SWEEP_MS = 5e3;
function createFunctionPool(deps) {
  return new Pool(deps);
}
var Pool = class {
  #deps;
  #instances = /* @__PURE__ */ new Set();
  /** How many instances of a function are being started. */
  #starting = /* @__PURE__ */ new Map();
  #closing = new AbortController();
  #waiting = [];
  #sweeping = false;
  constructor(deps) {
    this.#deps = deps;
  }
  invoke(spec, event) {
    const { waitingMax } = this.#deps.limits;
    if (this.#closing.signal.aborted) return Promise.reject(closed());
    if (this.#waiting.length >= waitingMax) {
      const message = `${waitingMax} events wait for a free process already`;
      return Promise.reject(new EngineError("full", message));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ spec, event, resolve, reject });
      this.#pump();
    });
  }
  retire(functionId) {
    for (const instance of this.#ofFunction(functionId)) instance.retire();
  }
  onInstanceChange() {
    for (const instance of this.#instances) {
      if (instance.isOver()) this.#instances.delete(instance);
    }
    if (!this.#closing.signal.aborted) this.#pump();
  }
  busyCount() {
    let count = this.#startingCount();
    for (const instance of this.#instances) if (instance.freeSinceMs() === void 0) count++;
    return count;
  }
  close() {
    this.#closing.abort();
    for (const instance of this.#instances) instance.kill();
    for (const one of this.#waiting.splice(0)) one.reject(closed());
  }
  #ofFunction(functionId) {
    return [...this.#instances].filter((instance) => instance.spec.functionId === functionId);
  }
  #startingCount() {
    return [...this.#starting.values()].reduce((sum, count) => sum + count, 0);
  }
  #pump() {
    const blocked = /* @__PURE__ */ new Set();
    this.#waiting = this.#waiting.filter((one) => {
      if (blocked.has(one.spec.functionId)) return true;
      if (this.#place(one)) return false;
      blocked.add(one.spec.functionId);
      return true;
    });
  }
  #place(one) {
    const free = this.#freeInstance(one.spec);
    if (free) {
      one.resolve(free.handle(one.event));
      return true;
    }
    if (!this.#hasRoom(one.spec)) return false;
    const handled = this.#handleOnNew(one);
    one.resolve(handled);
    handled.catch(() => this.#pump());
    return true;
  }
  /** The one used last, so that those which are too many get old and end. */
  #freeInstance(spec) {
    let best;
    for (const instance of this.#ofFunction(spec.functionId)) {
      const since = instance.freeSinceMs();
      if (since === void 0) continue;
      if (instance.spec.version !== spec.version) instance.retire();
      else if (since >= (best?.freeSinceMs() ?? 0)) best = instance;
    }
    return best;
  }
  /** Whether one more process may be started now; if not, the longest idle one has to go. */
  #hasRoom(spec) {
    const { functionId, concurrencyMax } = spec;
    const own = this.#ofFunction(functionId);
    if (own.some((instance) => instance.isReturning())) return false;
    if (own.length + (this.#starting.get(functionId) ?? 0) >= concurrencyMax) return false;
    if (this.#instances.size + this.#startingCount() < this.#deps.limits.instancesMax) return true;
    const [oldest] = [...this.#instances].filter((instance) => instance.freeSinceMs() !== void 0).sort((a, b) => (a.freeSinceMs() ?? 0) - (b.freeSinceMs() ?? 0));
    oldest?.retire();
    return false;
  }
  async #handleOnNew({ spec, event }) {
    const instance = await this.#startCounted(spec);
    if (this.#closing.signal.aborted) instance.kill();
    if (!this.#sweeping) void this.#sweep();
    return instance.handle(event);
  }
  async #startCounted(spec) {
    const id = spec.functionId;
    this.#starting.set(id, (this.#starting.get(id) ?? 0) + 1);
    try {
      const instance = await this.#deps.startInstance(spec);
      this.#instances.add(instance);
      return instance;
    } finally {
      const count = (this.#starting.get(id) ?? 1) - 1;
      if (count === 0) this.#starting.delete(id);
      else this.#starting.set(id, count);
    }
  }
  async #sweep() {
    const { clock, limits } = this.#deps;
    this.#sweeping = true;
    while (this.#instances.size > 0 && !this.#closing.signal.aborted) {
      await clock.sleep(SWEEP_MS, this.#closing.signal);
      const nowMs = clock.monotonicMs();
      for (const instance of this.#instances) {
        const since = instance.freeSinceMs();
        if (nowMs - instance.startedMs > limits.ageMaxMs) instance.retire();
        else if (since !== void 0 && nowMs - since > limits.idleMaxMs) instance.retire();
      }
    }
    this.#sweeping = false;
  }
};
function closed() {
  return new EngineError("unavailable", "the engine of user code is closed");
}

// src/engines/compute/process/interpreters.ts
import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access, realpath } from "node:fs/promises";
import { delimiter, isAbsolute as isAbsolute2, join as join2 } from "node:path";
import { promisify } from "node:util";
var PYTHON_MINOR_MIN = 9;
async function findInterpreters(searchPath, node) {
  const [python, setpriv, prlimit] = await Promise.all([
    findPython(searchPath),
    findExecutable("setpriv", searchPath),
    findExecutable("prlimit", searchPath)
  ]);
  return {
    node,
    ...python && { python },
    ...setpriv && { setpriv },
    ...prlimit && { prlimit }
  };
}
async function findExecutable(command, searchPath) {
  const candidates = command.includes("/") ? [command] : searchPath.split(delimiter).filter((directory) => isAbsolute2(directory)).map((directory) => join2(directory, command));
  for (const candidate of candidates) {
    const found = await access(candidate, constants.X_OK).then(
      () => true,
      () => false
    );
    if (found) return candidate;
  }
  return void 0;
}
async function findPython(searchPath) {
  const path = await findExecutable("python3", searchPath);
  if (path === void 0) return void 0;
  const version = await versionByName(path) ?? await versionByAsking(path);
  const [major, minor] = (version ?? "").split(".").map(Number);
  if (version === void 0 || major !== 3 || (minor ?? 0) < PYTHON_MINOR_MIN) return void 0;
  return { path, version };
}
async function versionByName(path) {
  return /\/python(3\.\d+)$/.exec(await realpath(path))?.[1];
}
async function versionByAsking(path) {
  const script = 'import sys; print("%d.%d" % sys.version_info[:2])';
  try {
    const { stdout } = await promisify(execFile)(path, ["-S", "-E", "-c", script], {
      timeout: 1e4
    });
    return stdout.trim();
  } catch {
    return void 0;
  }
}

// src/engines/compute/process/job.ts
var ANSWERS = 0;
var REQUESTS = 1;
async function startJob(deps, spec, searchPath) {
  const environment = { PATH: searchPath, ...spec.environment };
  const command = await findExecutable(spec.command, environment.PATH);
  if (command === void 0) {
    throw new EngineError("unavailable", `${spec.name}: there is no program ${spec.command}`);
  }
  const child = await startChild(deps, {
    command,
    arguments: spec.arguments,
    directory: spec.directory,
    environment,
    channelCount: 2,
    onLine: spec.onLog,
    ...spec.memoryBytes !== void 0 && { memoryBytes: spec.memoryBytes }
  });
  const timer = new AbortController();
  if (spec.timeoutMs !== void 0) {
    void deps.clock.sleep(spec.timeoutMs, timer.signal).then(() => {
      if (!timer.signal.aborted) child.kill("timeout");
    });
  }
  const ended = child.ended.then((end) => {
    timer.abort();
    return jobEnd(end);
  });
  const job = {
    requests: child.channel(REQUESTS),
    respond: (bytes) => void child.channel(ANSWERS).write(bytes),
    stop: () => child.kill("stopped"),
    ended
  };
  return { job, child };
}
function jobEnd(end) {
  if (end.killedFor) return { kind: "killed", reason: end.killedFor };
  if (end.signal) return { kind: "killed", reason: "signal" };
  return { kind: "exited", code: end.code ?? 0 };
}

// src/engines/compute/process/process-memory.ts
import { execFile as execFile2 } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify as promisify2 } from "node:util";
async function measureMemory(processIds, platform) {
  if (platform !== "linux") return measureByPs(processIds);
  const sizes = /* @__PURE__ */ new Map();
  for (const id of processIds) {
    const size = measureTree(id);
    if (size) sizes.set(id, size);
  }
  return sizes;
}
var DEPTH_MAX = 8;
function measureTree(processId, depth = 0) {
  try {
    const status = readFileSync(`/proc/${processId}/status`, "latin1");
    const children = readFileSync(`/proc/${processId}/task/${processId}/children`, "latin1");
    let residentBytes = kilobytesOf(status, "VmRSS") * 1024;
    const peakBytes = kilobytesOf(status, "VmHWM") * 1024;
    if (depth < DEPTH_MAX) {
      for (const child of children.split(" ").filter((id) => id !== "")) {
        residentBytes += measureTree(Number(child), depth + 1)?.residentBytes ?? 0;
      }
    }
    return { residentBytes, peakBytes };
  } catch {
    return void 0;
  }
}
function kilobytesOf(status, field) {
  const at = status.indexOf(`${field}:`);
  return at < 0 ? 0 : Number.parseInt(status.slice(at + field.length + 1), 10);
}
async function measureByPs(processIds) {
  const sizes = /* @__PURE__ */ new Map();
  if (processIds.length === 0) return sizes;
  try {
    const { stdout } = await promisify2(execFile2)("ps", ["-o", "pid=,rss=", "-p", processIds.join()]);
    for (const line of stdout.split("\n")) {
      const [id, kilobytes] = line.trim().split(/\s+/);
      const bytes = Number(kilobytes) * 1024;
      if (id) sizes.set(Number(id), { residentBytes: bytes, peakBytes: bytes });
    }
  } catch {
    return sizes;
  }
  return sizes;
}

// src/engines/compute/process/memory-watch.ts
var BUSY_INTERVAL_MS = 50;
var IDLE_INTERVAL_MS = 1e3;
function createMemoryWatch(deps) {
  const { clock, platform, isBusy } = deps;
  const all = /* @__PURE__ */ new Set();
  const closing = new AbortController();
  let running = false;
  async function round() {
    const sizes = await measureMemory(
      [...all].map((one) => one.processId),
      platform
    );
    for (const watched of all) {
      const size = sizes.get(watched.processId);
      if (!size) continue;
      watched.peakBytes = Math.max(watched.peakBytes, size.residentBytes, size.peakBytes);
      if (size.residentBytes > watched.limitBytes) watched.onExceeded();
    }
  }
  async function watch() {
    running = true;
    while (all.size > 0 && !closing.signal.aborted) {
      await round();
      for (let restMs = 0; restMs < IDLE_INTERVAL_MS; restMs += BUSY_INTERVAL_MS) {
        await clock.sleep(BUSY_INTERVAL_MS, closing.signal);
        if (isBusy()) break;
      }
    }
    running = false;
  }
  return {
    add(watched) {
      all.add(watched);
      if (!running && !closing.signal.aborted) void watch();
    },
    remove: (watched) => void all.delete(watched),
    async look(watched) {
      const size = (await measureMemory([watched.processId], platform)).get(watched.processId);
      if (size) {
        watched.peakBytes = Math.max(watched.peakBytes, size.residentBytes, size.peakBytes);
      }
      return watched.peakBytes;
    },
    close: () => closing.abort()
  };
}

// src/engines/compute/process/runtime-api.ts
import { createServer } from "node:http";
var BASE = "/2018-06-01/runtime/";
var ERROR_MAX_BYTES = 1024 * 1024;
async function createRuntimeApi(random) {
  const clients = /* @__PURE__ */ new Map();
  const shared = await listen((request, response) => {
    const [, secret = ""] = (request.url ?? "").split("/", 2);
    const client = clients.get(secret);
    if (client) serve(client, (request.url ?? "").slice(secret.length + 1), request, response);
    else refuse(response, 403, "Forbidden");
  });
  return {
    async connect(client, { ownPort }) {
      if (ownPort) {
        const own = await listen(
          (request, response) => serve(client, request.url ?? "", request, response)
        );
        return { address: addressOf(own), disconnect: () => stop(own) };
      }
      const secret = random.bytes(18).toString("base64url");
      clients.set(secret, client);
      return {
        address: `${addressOf(shared)}/${secret}`,
        disconnect: () => void clients.delete(secret)
      };
    },
    close: () => stop(shared)
  };
}
function serve(client, path, request, response) {
  const [subject, requestId = "", kind] = path.slice(BASE.length).split("/");
  const known = path.startsWith(BASE);
  if (known && request.method === "GET" && subject === "invocation" && requestId === "next") {
    client.onNext((event) => answerNext(response, event));
  } else if (known && request.method === "POST" && subject === "init" && requestId === "error") {
    readBody(request, ERROR_MAX_BYTES, (body) => {
      client.onInitError(body ?? Buffer.from("{}"));
      accept(response);
    });
  } else if (known && request.method === "POST" && (kind === "response" || kind === "error")) {
    takeAnswer(client, { requestId, kind }, request, response);
  } else {
    refuse(response, 404, "ResourceNotFound");
  }
}
function takeAnswer(client, answer, request, response) {
  const limit = answer.kind === "error" ? ERROR_MAX_BYTES : client.responseMaxBytes();
  readBody(request, limit, (body) => {
    const known = body ? client.onAnswer(answer.requestId, answer.kind, body) : client.onAnswerTooLarge(answer.requestId);
    if (!known) refuse(response, 400, "InvalidRequestID");
    else if (!body) refuse(response, 413, "RequestEntityTooLarge");
    else accept(response);
  });
}
function answerNext(response, event) {
  response.writeHead(200, {
    "content-type": "application/json",
    "content-length": event.payload.byteLength,
    "lambda-runtime-aws-request-id": event.requestId,
    "lambda-runtime-deadline-ms": String(event.deadlineMs),
    "lambda-runtime-invoked-function-arn": event.functionArn,
    "lambda-runtime-trace-id": `Root=1-00000000-${event.requestId.replaceAll("-", "").slice(0, 24)};Sampled=0`,
    ...event.clientContext && { "lambda-runtime-client-context": event.clientContext }
  });
  response.end(event.payload);
}
function accept(response) {
  respond(response, 202, '{"status":"OK"}\n');
}
function refuse(response, status, errorType) {
  respond(response, status, JSON.stringify({ errorType, errorMessage: errorType }));
}
function respond(response, status, body) {
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body)
  });
  response.end(body);
}
function readBody(request, limitBytes, done) {
  const chunks = [];
  let sizeBytes = 0;
  request.on("data", (chunk) => {
    sizeBytes += chunk.length;
    if (sizeBytes <= limitBytes) chunks.push(chunk);
    else chunks.length = 0;
  });
  request.on("end", () => done(sizeBytes <= limitBytes ? Buffer.concat(chunks) : void 0));
  request.on("error", () => request.destroy());
}
async function listen(onRequest) {
  const server = createServer(
    { requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 0 },
    onRequest
  );
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return server;
}
function addressOf(server) {
  return `127.0.0.1:${server.address().port}`;
}
function stop(server) {
  server.closeAllConnections();
  server.close();
}

// src/engines/compute/process/runtime-launch.ts
import { join as join3 } from "node:path";
var NODE_RUNTIMES = ["nodejs18.x", "nodejs20.x", "nodejs22.x", "nodejs24.x"];
var PYTHON_RUNTIMES = ["python3.9", "python3.10", "python3.11", "python3.12", "python3.13"];
var CUSTOM_RUNTIMES = ["provided.al2", "provided.al2023"];
var HEAP_SHARE = 0.85;
function runtimeNames(interpreters) {
  return [...NODE_RUNTIMES, ...interpreters.python ? PYTHON_RUNTIMES : [], ...CUSTOM_RUNTIMES];
}
function launchOf(interpreters, paths, spec) {
  const { node, python } = interpreters;
  if (CUSTOM_RUNTIMES.includes(spec.runtime)) {
    return {
      command: join3(spec.codeDirectory, "bootstrap"),
      arguments: [],
      environment: { LAMBDA_RUNTIME_DIR: spec.codeDirectory },
      title: `custom runtime (${spec.runtime})`,
      ownPort: true
    };
  }
  if (python && PYTHON_RUNTIMES.includes(spec.runtime)) {
    const runtime = join3(paths.pythonDirectory, "headrace_runtime");
    return {
      command: python.path,
      arguments: [join3(runtime, "bootstrap.py")],
      environment: { LAMBDA_RUNTIME_DIR: runtime },
      title: `python ${python.version}`,
      ownPort: false
    };
  }
  const heapMegabytes = Math.floor(spec.memoryBytes / 1024 ** 2 * HEAP_SHARE);
  return {
    command: node.path,
    arguments: [`--max-old-space-size=${heapMegabytes}`, paths.nodeBootstrap],
    environment: { LAMBDA_RUNTIME_DIR: join3(paths.nodeBootstrap, "..") },
    title: `node ${node.version.replace(/^v/, "")}`,
    ownPort: false
  };
}

// src/engines/compute/process/process-compute.ts
async function createProcessCompute(deps) {
  const { directory, clock, random, searchPath } = deps;
  await emptyDirectory(deps);
  const codePath = join4(directory, "code");
  await mkdir2(codePath);
  await writeFile2(join4(codePath, "package.json"), "{}");
  const [interpreters, api] = await Promise.all([
    findInterpreters(searchPath, deps.node),
    createRuntimeApi(random)
  ]);
  const children = /* @__PURE__ */ new Set();
  const memory = createMemoryWatch({
    clock,
    platform: deps.platform,
    isBusy: () => children.size > 0 && (jobCount > 0 || pool.busyCount() > 0)
  });
  const childDeps = { interpreters, memory, clock };
  const code = createCodeDirectory(codePath, random);
  let jobCount = 0;
  const pool = createFunctionPool({
    clock,
    limits: { ...POOL_LIMITS, ...deps.limits },
    startInstance: (spec) => startInstance(
      { ...deps, interpreters, childDeps, api, track },
      spec,
      () => pool.onInstanceChange()
    )
  });
  function track(child) {
    children.add(child);
    void child.ended.then(() => children.delete(child));
  }
  return {
    capabilities: {
      runtimes: runtimeNames(interpreters),
      ...interpreters.python && { python: interpreters.python }
    },
    async invoke(spec, event) {
      if (!runtimeNames(interpreters).includes(spec.runtime)) {
        throw new EngineError("unsupported", `this machine has no runtime ${spec.runtime}`);
      }
      return pool.invoke(spec, event);
    },
    retire: async (functionId) => pool.retire(functionId),
    installCode: code.install,
    removeCode: code.remove,
    async start(spec) {
      const { job, child } = await startJob(childDeps, spec, searchPath);
      track(child);
      jobCount++;
      void child.ended.then(() => jobCount--);
      return job;
    },
    async close() {
      pool.close();
      for (const child of children) child.kill("stopped");
      await Promise.all([...children].map((child) => child.ended));
      memory.close();
      api.close();
      await rm2(directory, { recursive: true, force: true });
    }
  };
}
async function startInstance(deps, spec, onChange) {
  const { interpreters, api, clock } = deps;
  const id = deps.random.bytes(16).toString("hex");
  const home = join4(deps.directory, "instances", id);
  await mkdir2(join4(home, "tmp"), { recursive: true });
  const launch = launchOf(interpreters, deps.runtimePaths, spec);
  let line;
  async function start(client, onLine) {
    line = await api.connect(client, { ownPort: launch.ownPort });
    const child = await startChild(deps.childDeps, {
      command: launch.command,
      arguments: launch.arguments,
      directory: spec.codeDirectory,
      environment: {
        ...environmentOf(deps, spec, home),
        ...launch.environment,
        ...spec.environment,
        ...spec.instanceEnvironment?.(id),
        AWS_LAMBDA_RUNTIME_API: line.address
      },
      memoryBytes: spec.memoryBytes,
      channelCount: 1,
      onLine
    });
    deps.track(child);
    return child;
  }
  async function cleanUp() {
    line?.disconnect();
    await rm2(home, { recursive: true, force: true });
  }
  try {
    return await startFunctionInstance(
      { clock, id, runtime: launch.title, onChange, start, cleanUp },
      spec
    );
  } catch (error) {
    await cleanUp();
    throw error;
  }
}
function environmentOf(deps, spec, home) {
  return {
    PATH: deps.searchPath,
    LANG: "C.UTF-8",
    TZ: ":UTC",
    HOME: home,
    TMPDIR: join4(home, "tmp"),
    LD_LIBRARY_PATH: `${spec.codeDirectory}:${join4(spec.codeDirectory, "lib")}`,
    LAMBDA_TASK_ROOT: spec.codeDirectory,
    _HANDLER: spec.handler,
    AWS_EXECUTION_ENV: `AWS_Lambda_${spec.runtime}`,
    PYTHONPYCACHEPREFIX: join4(deps.directory, "python-cache")
  };
}
async function emptyDirectory({ directory, random, log }) {
  const parent = dirname2(directory);
  const old = `${basename(directory)}-old-`;
  await mkdir2(parent, { recursive: true });
  try {
    await rename2(directory, join4(parent, `${old}${random.bytes(6).toString("hex")}`));
  } catch (error) {
    if (!hasErrorCode(error, "ENOENT")) throw error;
  }
  await mkdir2(join4(directory, "instances"), { recursive: true });
  for (const name of await readdir(parent)) {
    if (!name.startsWith(old)) continue;
    rm2(join4(parent, name), { recursive: true, force: true }).catch(
      (error) => log.warn({ err: error, name }, "old code of functions could not be removed")
    );
  }
}
export {
  createProcessCompute
};
