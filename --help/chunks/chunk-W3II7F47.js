import { createRequire as headraceRequire } from 'node:module'; const require = headraceRequire(import.meta.url);

// src/cli/endpoint.ts
function endpointOf(context, flag) {
  const chosen = flag ?? context.environment["AWS_ENDPOINT_URL"] ?? "http://127.0.0.1:4566";
  return chosen.replace(/\/+$/, "");
}
async function fetchHealth(endpoint) {
  try {
    const response = await fetch(`${endpoint}/_headrace/health`, {
      signal: AbortSignal.timeout(3e3)
    });
    const body = await response.json();
    return body.version && body.services ? body : void 0;
  } catch {
    return void 0;
  }
}

export {
  endpointOf,
  fetchHealth
};
