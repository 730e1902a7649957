import type { Request, Response } from "express";
import { sandboxedHeaders } from "./forwarded-headers.js";

/** Whether a browser asks if a sandboxed page may send what it is about to. Source: Fetch, CORS-preflight request. */
export function isPreflight({ method, headers }: Request): boolean {
  return method === "OPTIONS" && headers["access-control-request-method"] !== undefined;
}

/** A sandboxed page may ask its application for anything. */
export function preflight({ headers }: Request, response: Response): void {
  response.writeHead(204, {
    ...sandboxedHeaders(headers.origin),
    "access-control-allow-methods": headers["access-control-request-method"] ?? "GET",
    "access-control-allow-headers": headers["access-control-request-headers"] ?? "",
  });
  response.end();
}
