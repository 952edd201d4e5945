import { createRequire as headraceRequire } from 'node:module'; const require = headraceRequire(import.meta.url);
import {
  canonicalRequest,
  createVerifier,
  scopeOf,
  sha256
} from "./chunk-EZKDEF2J.js";
import {
  dateOf
} from "./chunk-VGP4LRHZ.js";

// src/cli/signed-fetch.ts
async function signedPost(context, url) {
  const { environment, clock } = context;
  const amzDate = dateOf(clock.wallMs()).toISOString().replace(/[-:]|\.\d+/g, "");
  const sessionToken = environment["AWS_SESSION_TOKEN"];
  const headers = {
    host: url.host,
    "x-amz-date": amzDate,
    ...sessionToken && { "x-amz-security-token": sessionToken }
  };
  const signature = {
    accessKeyId: environment["AWS_ACCESS_KEY_ID"] ?? "test",
    date: amzDate.slice(0, 8),
    region: environment["AWS_REGION"] ?? "us-east-1",
    service: "headrace",
    signedHeaders: Object.keys(headers).sort(),
    value: "",
    amzDate,
    signedAtMs: clock.wallMs(),
    sessionToken,
    expiresSeconds: void 0,
    presigned: false
  };
  const request = { method: "POST", rawPath: url.pathname, rawQuery: url.search.slice(1), headers };
  const canonical = canonicalRequest(request, signature, sha256(""));
  const scope = scopeOf(signature);
  const secret = environment["AWS_SECRET_ACCESS_KEY"] ?? "test";
  const value = createVerifier().keyOf(signature, secret).sign(`AWS4-HMAC-SHA256
${amzDate}
${scope}
${sha256(canonical)}`);
  const authorization = `AWS4-HMAC-SHA256 Credential=${signature.accessKeyId}/${scope}, SignedHeaders=${signature.signedHeaders.join(";")}, Signature=${value}`;
  return fetch(url, { method: "POST", headers: { ...headers, authorization } });
}

export {
  signedPost
};
