import type { ServerResponse } from "node:http";

/** Answers with JSON that no cache keeps. */
export function json(response: ServerResponse, status: number, body: object): true {
  response
    .writeHead(status, { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" })
    .end(JSON.stringify(body));
  return true;
}
