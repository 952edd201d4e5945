import { createRequire as headraceRequire } from 'node:module'; const require = headraceRequire(import.meta.url);
import {
  settingFlags
} from "./chunks/chunk-Z5GYYHQN.js";
import {
  systemClock
} from "./chunks/chunk-VGP4LRHZ.js";
import {
  systemRandom
} from "./chunks/chunk-LCBPEN7W.js";
import "./chunks/chunk-PPN7SKWG.js";

// src/main.ts
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";

// src/cli/application.ts
import { buildApplication, buildCommand, buildRouteMap, run } from "@stricli/core";
var text = (brief, placeholder) => ({ kind: "parsed", parse: String, optional: true, brief, placeholder });
var endpoint = text(
  "Server to talk to. Default: AWS_ENDPOINT_URL, else http://127.0.0.1:4566.",
  "url"
);
var dataDir = text("Directory of the server. Default: HEADRACE_DATA_DIR, else .headrace.", "path");
var up = buildCommand({
  loader: async () => (await import("./chunks/up-6QI4BKEY.js")).up,
  parameters: { flags: settingFlags() },
  docs: {
    brief: "Start the server and keep it running until it is interrupted.",
    customUsage: ["[--port count] [--host address] [--data-dir path] [more flags, see below]"],
    fullDescription: "Prints `ready` with its address on stdout once requests are answered. Every flag can also be given in the environment: --data-dir as HEADRACE_DATA_DIR, and so on."
  }
});
var status = buildCommand({
  loader: async () => (await import("./chunks/status-JLWB2D3G.js")).status,
  parameters: { flags: { endpoint } },
  docs: { brief: "Show whether a server answers, and the state of its services." }
});
var env = buildCommand({
  loader: async () => (await import("./chunks/env-UKO4DXCQ.js")).env,
  parameters: {
    flags: {
      endpoint,
      account: text(
        "Twelve-digit account to work in. Default: the one of the key `test`.",
        "digits"
      ),
      region: text("Default: us-east-1.", "name")
    }
  },
  docs: {
    brief: "Print shell lines that point AWS SDKs and the AWS CLI at the server.",
    fullDescription: 'Use it as: eval "$(headrace env)"'
  }
});
var reset = buildCommand({
  loader: async () => (await import("./chunks/reset-QKWFRIPY.js")).reset,
  parameters: {
    flags: {
      endpoint,
      everything: {
        kind: "boolean",
        optional: true,
        brief: "All accounts, not only the caller\u2019s."
      },
      yes: { kind: "boolean", optional: true, brief: "Really do it." }
    }
  },
  docs: { brief: "Empty the account of the caller, or everything, on a running server." }
});
var scrub = buildCommand({
  loader: async () => (await import("./chunks/scrub-VAXEMWLV.js")).scrub,
  parameters: { flags: { endpoint } },
  docs: {
    brief: "Read all objects of the caller\u2019s account on a running server and name the damaged ones.",
    fullDescription: "Every object of every bucket is read from the disk and compared with the sums that were kept when it was written. Each damaged one is printed; the exit code is 1 when there is one."
  }
});
var tail = buildCommand({
  loader: async () => (await import("./chunks/tail-I57Q5T7U.js")).tail,
  parameters: {
    flags: {
      from: text("latest, start, or a time in ISO 8601. Default: latest.", "place"),
      format: text("text (key and data), json, or base64 (data only). Default: text.", "name"),
      limit: text("End after so many records.", "count"),
      noFollow: {
        kind: "boolean",
        optional: true,
        brief: "End when everything that is there was read."
      },
      endpoint
    },
    positional: {
      kind: "tuple",
      parameters: [{ brief: "Name or ARN of the stream.", parse: String, placeholder: "stream" }]
    }
  },
  docs: {
    brief: "Print the records of a Kinesis stream as they come.",
    fullDescription: "Follows the stream through splits and merges of its shards, the records of each key in order, until it is interrupted. Aggregates of the Kinesis Producer Library are taken apart. Keys and region are those of the environment, as `headrace env` prints them."
  }
});
var addKey = buildCommand({
  loader: async () => (await import("./chunks/keys-DUS7OLM3.js")).addKey,
  parameters: {
    flags: {
      dataDir,
      account: text("Twelve-digit account of the key. Default: 000000000000.", "digits"),
      name: text("User name that the key stands for. Default: operator.", "name")
    }
  },
  docs: { brief: "Make a new access key and print it; the secret is shown this once." }
});
var listKeys = buildCommand({
  loader: async () => (await import("./chunks/keys-DUS7OLM3.js")).listKeys,
  parameters: { flags: { dataDir } },
  docs: { brief: "List the configured access keys, without their secrets." }
});
var removeKey = buildCommand({
  loader: async () => (await import("./chunks/keys-DUS7OLM3.js")).removeKey,
  parameters: {
    flags: { dataDir },
    positional: {
      kind: "tuple",
      parameters: [{ brief: "Access key id.", parse: String, placeholder: "key" }]
    }
  },
  docs: { brief: "Remove an access key." }
});
var fraud = buildCommand({
  loader: async () => (await import("./chunks/fraud-X666RZ7N.js")).fraud,
  parameters: {
    flags: {
      input: text("CSV, NDJSON or Parquet file of transactions. Default: a simulation.", "file"),
      records: text("How many transactions at most. Default: 40000.", "count"),
      endpoint,
      dataDir
    }
  },
  docs: {
    brief: "Run the fraud-detection pipeline from producer to deployed model, and check every count.",
    fullDescription: "Joins the server at the endpoint, or starts one. Everything goes through unchanged AWS SDK clients. A run that was cut short goes on where it was when started again."
  }
});
function buildHeadrace(version) {
  const keys = buildRouteMap({
    routes: { add: addKey, list: listKeys, remove: removeKey },
    docs: { brief: "Manage the access keys that the server accepts." }
  });
  const demo = buildRouteMap({
    routes: { fraud },
    docs: { brief: "Pipelines that run end to end on this machine." }
  });
  const routes = buildRouteMap({
    routes: { up, demo, status, env, tail, reset, scrub, keys },
    docs: {
      brief: "The ML data-ingestion stack of AWS as one program.",
      fullDescription: "Kinesis, Firehose, S3, Glue, Athena, Lambda and SageMaker behind their real APIs, doing the real work on this machine. Begin with `headrace demo fraud` or `headrace up`."
    }
  });
  return buildApplication(routes, {
    name: "headrace",
    versionInfo: { currentVersion: version },
    scanner: { caseStyle: "allow-kebab-for-camel" },
    determineExitCode: () => 1
  });
}
async function runCli(inputs, context) {
  await run(buildHeadrace(context.version), inputs, context);
}

// src/main.ts
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
setFlagsFromString("--heap-growing-percent=300");
var interruption = new AbortController();
for (const signal of ["SIGTERM", "SIGINT"]) {
  process.once(signal, () => interruption.abort());
}
await runCli(process.argv.slice(2), {
  process,
  environment: process.env,
  version: true ? "0.1.0" : "0.0.0-source",
  distDirectory: dirname(fileURLToPath(import.meta.url)),
  clock: systemClock,
  random: systemRandom,
  uptimeMs: () => process.uptime() * 1e3,
  interrupted: interruption.signal,
  isTerminal: process.stdout.isTTY === true,
  print: (line) => process.stdout.write(`${line}
`),
  printError: (line) => process.stderr.write(`${line}
`),
  draw: (text2) => process.stdout.write(text2),
  setExitCode: (code) => {
    process.exitCode = code;
  }
});
