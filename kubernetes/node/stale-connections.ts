import type { ClientRequest } from "node:http";
import { Agent, type RequestOptions } from "node:https";
import type { HttpLibrary, Observable, RequestContext, ResponseContext } from "@kubernetes/client-node";

/** What a request fails with that was sent on a connection the server had closed. */
const CLOSED = new Set<unknown>(["ECONNRESET", "EPIPE"]);

/** Whether the request failed because the connection it was given had been kept, and the server had closed it before. */
export function wasStale(request: Pick<ClientRequest, "reusedSocket"> | undefined, error: unknown): boolean {
  return request?.reusedSocket === true && CLOSED.has((error as NodeJS.ErrnoException).code);
}

/**
 * Sends what was given a stale connection once more, on one of its own, as the server may have closed all others with it. The library says
 * of a failure only what it was, and nothing of the connection.
 */
export class RepeatingHttpLibrary implements HttpLibrary {
  readonly #library: HttpLibrary;
  readonly #asObservable: (answer: Promise<ResponseContext>) => Observable<ResponseContext>;

  constructor(
    library: HttpLibrary,
    asObservable: (answer: Promise<ResponseContext>) => Observable<ResponseContext>,
  ) {
    this.#library = library;
    this.#asObservable = asObservable;
  }

  send(request: RequestContext): Observable<ResponseContext> {
    return this.#asObservable(this.#send(request));
  }

  async #send(request: RequestContext): Promise<ResponseContext> {
    const agent: unknown = request.getAgent();
    if (!(agent instanceof Agent)) return this.#library.send(request).toPromise();
    const watch = new RequestWatch(agent);
    request.setAgent(watch);
    try {
      return await this.#library.send(request).toPromise();
    } catch (error) {
      if (!wasStale(watch.request, error)) throw error;
      request.setAgent(new Agent({ ...agent.options, keepAlive: false }));
      return this.#library.send(request).toPromise();
    }
  }
}

/** What Node asks of an agent, which its types leave out. */
interface TakesRequests {
  addRequest(request: ClientRequest, options: RequestOptions): void;
}

/** Hands one request on to an agent, and keeps it. */
class RequestWatch extends Agent implements TakesRequests {
  readonly #agent: Agent;
  request: ClientRequest | undefined;

  constructor(agent: Agent) {
    super({ keepAlive: true });
    this.#agent = agent;
  }

  addRequest(request: ClientRequest, options: RequestOptions): void {
    this.request = request;
    (this.#agent as unknown as TakesRequests).addRequest(request, options);
  }
}
