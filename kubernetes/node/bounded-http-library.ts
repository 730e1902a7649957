import { type IncomingMessage, request as requestInPlain } from "node:http";
import { request as requestByTls } from "node:https";
import type { HttpLibrary, Observable, RequestContext, ResponseContext } from "@kubernetes/client-node";
import type * as ClientLibrary from "./client-library.js";
import { readBody } from "./kubernetes-client.js";

/** Of the library, which is given, as loading it takes its time. */
export type HttpTypes = Pick<typeof ClientLibrary, "Observable" | "ResponseContext">;

/**
 * One answer to one call, of bounded length and from the address that was called: the library's own takes one of any length, and follows it to whatever
 * address it names.
 */
export class BoundedHttpLibrary implements HttpLibrary {
  readonly #types: HttpTypes;

  constructor(types: HttpTypes) {
    this.#types = types;
  }

  send(call: RequestContext): Observable<ResponseContext> {
    return new this.#types.Observable(this.#send(call));
  }

  async #send(call: RequestContext): Promise<ResponseContext> {
    try {
      const response = await exchange(call);
      const { statusCode = 0 } = response;
      if (statusCode >= 300 && statusCode < 400) {
        response.destroy();
        throw new Error(`it sent the call on with ${String(statusCode)}, and Lectern calls no other address`);
      }
      const text = await readBody(response);
      const headers = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
      return new this.#types.ResponseContext(
        statusCode,
        Object.fromEntries(headers) as Record<string, string>,
        { text: () => Promise.resolve(text), binary: () => Promise.resolve(Buffer.from(text)) },
      );
    } catch (error) {
      if (!call.getSignal()?.aborted) throw error;
      throw Object.assign(new Error("The call was aborted", { cause: error }), { name: "AbortError" });
    }
  }
}

/** The length is always given: Node leaves it out for DELETE, and the body would then be read as the next call. */
function exchange(call: RequestContext): Promise<IncomingMessage> {
  const { protocol, hostname, port, pathname, search } = new URL(call.getUrl());
  const given = call.getBody() as string | undefined;
  const body = given === undefined ? undefined : Buffer.from(given);
  const [agent, signal] = [call.getAgent(), call.getSignal()];
  const options = {
    hostname: hostname.replace(/^\[|\]$/g, ""),
    port,
    path: pathname + search,
    method: call.getHttpMethod().toString(),
    headers: { ...call.getHeaders(), ...(body && { "Content-Length": String(body.length) }) },
    ...(agent && { agent }),
    ...(signal && { signal }),
  };
  return new Promise((resolve, reject) => {
    const sent = (protocol === "http:" ? requestInPlain : requestByTls)(options, resolve);
    sent.on("error", reject);
    sent.end(body);
  });
}
