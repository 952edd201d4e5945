// src/base/clock.ts
var systemClock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) => new Promise((resolve2) => {
    if (signal?.aborted) return resolve2();
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve2();
    };
    const timer = setTimeout(done, Math.min(ms, 2147483647));
    signal?.addEventListener("abort", done, { once: true });
  })
};
function dateOf(wallMs) {
  return new Date(wallMs);
}

// src/engines/compute/process/bootstrap/console-lines.ts
import { format } from "node:util";
function printConsoleAsLambda(requestId, clock) {
  const print2 = (level, ...values) => {
    const time = dateOf(clock.wallMs()).toISOString();
    const text = format(...values).replaceAll("\n", "\r");
    process.stdout.write(`${time}	${requestId() ?? ""}	${level}	${text}
`);
  };
  const at = (level) => (...values) => print2(level, ...values);
  Object.assign(console, {
    debug: at("DEBUG"),
    error: at("ERROR"),
    info: at("INFO"),
    log: at("INFO"),
    trace: at("TRACE"),
    warn: at("WARN")
  });
  return print2;
}
function writeWithoutQueue() {
  for (const stream of [process.stdout, process.stderr]) {
    const { _handle: handle2 } = stream;
    handle2?.setBlocking?.(true);
  }
}

// src/engines/compute/process/bootstrap/environment.ts
import { env } from "node:process";
function environment(name) {
  return env[name] ?? "";
}

// src/engines/compute/process/bootstrap/error-document.ts
var RuntimeError = class extends Error {
  constructor(name, message) {
    super(message);
    this.name = name;
  }
};
function errorDocument(error, errorType) {
  if (!(error instanceof Error)) {
    return { errorType: errorType ?? typeof error, errorMessage: String(error), trace: [] };
  }
  const name = error.name || "Error";
  return {
    errorType: errorType ?? name,
    // AWS: with a type of its own, the message carries the error's own name.
    errorMessage: errorType ? `${name}: ${error.message}` : error.message,
    trace: (error.stack ?? `${name}: ${error.message}`).split("\n").filter(isOfFunction)
  };
}
function isOfFunction(line) {
  return !line.includes(import.meta.url) && !line.includes("node:internal/process/task_queues");
}

// src/engines/compute/process/bootstrap/handler-call.ts
async function callHandler(handler, event, clock) {
  const input = parseEvent(event.payload);
  let settle = () => void 0;
  const called = new Promise((resolve2, reject) => {
    settle = (error, value2) => error === null || error === void 0 ? resolve2(value2) : reject(toError(error));
  });
  const context = contextOf(event, clock, settle);
  const returned = handler(input, context, settle);
  if (isPromise(returned)) {
    return toJson(await beforeLoopIsEmpty(Promise.resolve(returned), unsettled));
  }
  const nothing = /* @__PURE__ */ Symbol("nothing");
  const value = await beforeLoopIsEmpty(called, () => nothing);
  if (value === nothing) return "null";
  if (context.callbackWaitsForEmptyEventLoop) {
    await beforeLoopIsEmpty(new Promise(() => void 0), () => nothing);
  }
  return toJson(value);
}
function parseEvent(payload) {
  try {
    return JSON.parse(payload);
  } catch (error) {
    throw new RuntimeError("Runtime.MalformedEvent", String(error));
  }
}
function beforeLoopIsEmpty(promise, otherwise) {
  return new Promise((resolve2, reject) => {
    const onEmpty = () => {
      try {
        resolve2(otherwise());
      } catch (error) {
        reject(error);
      }
    };
    process.once("beforeExit", onEmpty);
    promise.then(resolve2, reject).finally(() => process.off("beforeExit", onEmpty));
  });
}
function unsettled() {
  throw new RuntimeError(
    "Runtime.NodeJsExit",
    "The promise that the handler returned was never settled, and nothing is left to wait for"
  );
}
function toError(error) {
  return typeof error === "string" ? new Error(error) : error;
}
function isPromise(value) {
  return typeof value?.then === "function";
}
function toJson(value) {
  try {
    return JSON.stringify(value === void 0 ? null : value) ?? "null";
  } catch (error) {
    throw new RuntimeError(
      "Runtime.UnhandledError",
      `Unable to stringify response body: ${error instanceof Error ? error.message : error}`
    );
  }
}
function contextOf(event, clock, settle) {
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: environment("AWS_LAMBDA_FUNCTION_NAME"),
    functionVersion: environment("AWS_LAMBDA_FUNCTION_VERSION"),
    memoryLimitInMB: environment("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"),
    logGroupName: environment("AWS_LAMBDA_LOG_GROUP_NAME"),
    logStreamName: environment("AWS_LAMBDA_LOG_STREAM_NAME"),
    clientContext: event.clientContext ? JSON.parse(event.clientContext) : void 0,
    identity: void 0,
    invokedFunctionArn: event.functionArn,
    awsRequestId: event.requestId,
    getRemainingTimeInMillis: () => event.deadlineMs - clock.wallMs(),
    succeed: (value) => settle(null, value),
    fail: (error) => settle(error ?? new Error("handled")),
    done: settle
  };
}

// src/engines/compute/process/bootstrap/handler-loader.ts
import { existsSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
async function loadHandler(taskRoot, name) {
  const parts = /^([^.]+)\.(.+)$/.exec(basename(name));
  if (!parts || name.includes("..")) {
    throw new RuntimeError("Runtime.MalformedHandlerName", "Bad handler");
  }
  const [, file = "", exported = ""] = parts;
  const stem = resolve(taskRoot, dirname(name), file);
  const path = [stem, `${stem}.js`, `${stem}.mjs`, `${stem}.cjs`].find((one) => existsSync(one));
  if (path === void 0) {
    throw new RuntimeError(
      "Runtime.ImportModuleError",
      `Error: Cannot find module '${file}'
Require stack:
- ${taskRoot}`
    );
  }
  const module = await importModule(path);
  const handler = memberOf(module, exported) ?? memberOf(module["default"], exported);
  if (handler === void 0) {
    throw new RuntimeError("Runtime.HandlerNotFound", `${name} is undefined or not exported`);
  }
  if (typeof handler !== "function") {
    throw new RuntimeError("Runtime.HandlerNotFound", `${name} is not a function`);
  }
  return handler;
}
async function importModule(path) {
  try {
    return await import(pathToFileURL(path).href);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error instanceof SyntaxError) {
      throw new RuntimeError("Runtime.UserCodeSyntaxError", `SyntaxError: ${error.message}`);
    }
    const code = error.code;
    if (code === "MODULE_NOT_FOUND" || code === "ERR_MODULE_NOT_FOUND") {
      throw new RuntimeError("Runtime.ImportModuleError", `Error: ${error.message}`);
    }
    throw error;
  }
}
function memberOf(value, path) {
  let current = value;
  for (const name of path.split(".")) {
    if (current === null || current === void 0) return void 0;
    current = current[name];
  }
  return current;
}

// src/engines/compute/process/bootstrap/parent.ts
import { Socket } from "node:net";
var CHANNEL = 3;
function exitWithParent() {
  const channel = new Socket({ fd: CHANNEL });
  channel.on("error", () => process.exit(1));
  channel.on("close", () => process.exit(1));
  channel.resume();
  channel.unref();
}

// src/engines/compute/process/bootstrap/runtime-client.ts
import { Agent, request } from "node:http";
function createRuntimeClient(address) {
  const base = new URL(`http://${address}/`);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  function call(method, path, body) {
    const headers = body === void 0 ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const target = {
      agent,
      method,
      headers,
      hostname: base.hostname,
      port: base.port,
      path: `${base.pathname.replace(/\/+$/, "")}/2018-06-01/runtime/${path}`
    };
    return new Promise((resolve2, reject) => {
      const sent = request(target, (response) => {
        const chunks = [];
        response.on("data", (chunk) => chunks.push(chunk));
        response.on("error", reject);
        response.on(
          "end",
          () => resolve2({ headers: response.headers, body: Buffer.concat(chunks).toString() })
        );
      });
      sent.on("error", reject);
      sent.end(body);
    });
  }
  async function post(path, body) {
    await call("POST", path, body);
  }
  return {
    async next() {
      const { headers, body } = await call("GET", "invocation/next");
      return {
        requestId: String(headers["lambda-runtime-aws-request-id"]),
        deadlineMs: Number(headers["lambda-runtime-deadline-ms"]),
        functionArn: String(headers["lambda-runtime-invoked-function-arn"]),
        clientContext: headers["lambda-runtime-client-context"]?.toString(),
        payload: body
      };
    },
    answer: (requestId, json) => post(`invocation/${requestId}/response`, json),
    fail: (requestId, error) => post(`invocation/${requestId}/error`, JSON.stringify(error)),
    failInit: (error) => post("init/error", JSON.stringify(error))
  };
}

// src/engines/compute/process/bootstrap/node-bootstrap.ts
var runtime = createRuntimeClient(environment("AWS_LAMBDA_RUNTIME_API"));
var state = { event: void 0 };
exitWithParent();
writeWithoutQueue();
var print = printConsoleAsLambda(() => state.event?.requestId, systemClock);
refuseStreaming();
for (const [event, errorType] of [
  ["uncaughtException", void 0],
  ["unhandledRejection", "Runtime.UnhandledPromiseRejection"]
]) {
  process.on(event, (error) => void failAndExit(error, errorType));
}
try {
  const handler = await loadHandler(environment("LAMBDA_TASK_ROOT"), environment("_HANDLER"));
  for (; ; ) {
    const event = await runtime.next();
    state.event = event;
    await handle(handler, event);
    state.event = void 0;
  }
} catch (error) {
  await failAndExit(error, void 0);
}
async function handle(handler, event) {
  let answer;
  try {
    answer = await callHandler(handler, event, systemClock);
  } catch (error) {
    print("ERROR", "Invoke Error", JSON.stringify(errorDocument(error)));
    await runtime.fail(event.requestId, errorDocument(error));
    return;
  }
  await runtime.answer(event.requestId, answer);
}
async function failAndExit(error, errorType) {
  const document = errorDocument(error, errorType);
  print("ERROR", state.event ? "Uncaught Exception" : "Init Error", JSON.stringify(document));
  try {
    if (state.event) await runtime.fail(state.event.requestId, document);
    else await runtime.failInit(document);
  } finally {
    process.exit(1);
  }
}
function refuseStreaming() {
  Object.assign(globalThis, {
    awslambda: {
      streamifyResponse() {
        throw new Error("awslambda.streamifyResponse is not supported by Headrace yet");
      }
    }
  });
}
