import { request as requestPlain, type IncomingMessage } from "node:http";
import { request as requestTls } from "node:https";
import { bearerToken, MAX_REDIRECTS, parseChallenge, REDIRECTS } from "./registry-answers.js";
import { sourceUnusable } from "./lab-origin.js";
import type { RegistryCredentials } from "./registry-credentials.js";

/** The distribution specification lets registries refuse larger manifests, so that nobody makes any. */
const MAX_TEXT_BYTES = 4 * 1024 * 1024;

export interface RegistryOptions {
  /** Host, and port where it has one. */
  registry: string;
  repository: string;
  credentials?: RegistryCredentials;
  /** Certificates in PEM that are believed; Node's own where absent. */
  authorities?: readonly string[];
  signal: AbortSignal;
}

interface Question {
  method?: "GET" | "HEAD";
  accept?: string;
}

/**
 * Reads one repository of a registry by the OCI distribution API, with the credentials of a `docker login` or none. Plain HTTP is spoken to this
 * machine alone. Whatever cannot be had throws LAB_SOURCE_UNUSABLE.
 */
export class RegistryClient {
  readonly #options: RegistryOptions;
  readonly #base: string;
  #authorization: string | undefined;

  constructor(options: RegistryOptions) {
    this.#options = options;
    const host = options.registry === "docker.io" ? "registry-1.docker.io" : options.registry;
    this.#base = `${isThisMachine(host) ? "http" : "https"}://${host}/v2/${options.repository}/`;
  }

  /** The answer to a path below the repository, such as `manifests/v1`; its body is the caller's to read or to destroy. */
  async open(path: string, question: Question = {}): Promise<IncomingMessage> {
    const url = new URL(path, this.#base);
    let answer = await this.#follow(url, question);
    if (answer.statusCode === 401) {
      answer.destroy();
      this.#authorization = await this.#authorize(answer.headers["www-authenticate"] ?? "");
      answer = await this.#follow(url, question);
    }
    if (answer.statusCode === 200) return answer;
    answer.destroy();
    throw this.#refused(path, answer.statusCode ?? 0);
  }

  /** The whole text of an answer, of 4 MB at most. */
  async read(path: string, question: Question = {}): Promise<Buffer> {
    return this.#bodyOf(await this.open(path, question));
  }

  /** Registries send readers of blobs elsewhere, where the credentials are nobody's business. */
  async #follow(start: URL, question: Question): Promise<IncomingMessage> {
    let url = start;
    for (let redirects = 0; ; redirects += 1) {
      const isHere = url.origin === start.origin;
      const answer = await this.#send(url, question, isHere ? this.#authorization : undefined);
      const location = REDIRECTS.has(answer.statusCode ?? 0) ? answer.headers.location : undefined;
      if (location === undefined) return answer;
      answer.destroy();
      if (redirects === MAX_REDIRECTS)
        throw sourceUnusable(`The registry ${this.#options.registry} leads round in circles.`);
      url = this.#otherAddress(location, url);
    }
  }

  /** An address that an answer names. What was asked for by TLS is not led to what has none. */
  #otherAddress(text: string, from: URL): URL {
    const url = URL.canParse(text, from.href) ? new URL(text, from) : undefined;
    if (url?.protocol === "https:" || (url?.protocol === "http:" && from.protocol === "http:")) return url;
    throw sourceUnusable(
      `The registry ${this.#options.registry} leads to ${text.slice(0, 200)}, which is not https.`,
    );
  }

  /** Answers what the registry asks for: user and password themselves, or a token that they are good for. */
  async #authorize(challenge: string): Promise<string> {
    const { scheme, parameters } = parseChallenge(challenge);
    const { credentials } = this.#options;
    const pair = credentials && `${credentials.username}:${credentials.password}`;
    const basic = pair === undefined ? undefined : `Basic ${Buffer.from(pair).toString("base64")}`;
    if (scheme === "basic" && basic !== undefined) return basic;
    if (scheme !== "bearer" || parameters["realm"] === undefined) throw this.#refused("", 401);
    const url = this.#otherAddress(parameters["realm"], new URL(this.#base));
    if (parameters["service"] !== undefined) url.searchParams.set("service", parameters["service"]);
    url.searchParams.set("scope", `repository:${this.#options.repository}:pull`);
    const answer = await this.#send(url, {}, basic);
    if (answer.statusCode !== 200) {
      answer.destroy();
      throw this.#refused("", answer.statusCode ?? 0);
    }
    return `Bearer ${this.#tokenIn((await this.#bodyOf(answer)).toString("utf8"))}`;
  }

  #tokenIn(text: string): string {
    const token = bearerToken(text);
    if (token !== undefined) return token;
    throw sourceUnusable(`The registry ${this.#options.registry} gives no token to read with.`);
  }

  #send(url: URL, { method = "GET", accept }: Question, authorization?: string): Promise<IncomingMessage> {
    const { signal, registry, authorities } = this.#options;
    const headers = {
      ...(accept === undefined ? {} : { accept }),
      ...(authorization === undefined ? {} : { authorization }),
    };
    const ca = authorities === undefined ? {} : { ca: [...authorities] };
    return new Promise((resolve, reject) => {
      const request = url.protocol === "https:" ? requestTls : requestPlain;
      request(url, { method, headers, signal, agent: false, ...ca })
        .once("response", resolve)
        .once("error", (error) =>
          reject(
            sourceUnusable(`The registry ${registry} cannot be read at ${url.host}: ${error.message}`, error),
          ),
        )
        .end();
    });
  }

  async #bodyOf(answer: IncomingMessage): Promise<Buffer> {
    const { registry } = this.#options;
    const chunks: Buffer[] = [];
    let bytes = 0;
    try {
      for await (const chunk of answer as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        if (bytes > MAX_TEXT_BYTES) break;
        chunks.push(chunk);
      }
    } catch (error) {
      throw sourceUnusable(`The registry ${registry} stopped in the middle of an answer.`, error);
    }
    if (bytes <= MAX_TEXT_BYTES) return Buffer.concat(chunks);
    throw sourceUnusable(
      `The registry ${registry} answers with more than ${String(MAX_TEXT_BYTES / 1024 / 1024)} MB where a manifest is due.`,
    );
  }

  #refused(path: string, status: number): Error {
    const { registry, repository, credentials } = this.#options;
    if (status === 401 || status === 403)
      return sourceUnusable(
        credentials
          ? `The registry ${registry} does not let the user ${credentials.username} of the Workshop's pullSecret read ${repository}.`
          : `The registry ${registry} lets nobody read ${repository} without credentials. Name a Secret with them in the Workshop's pullSecret.`,
      );
    if (status === 404)
      return sourceUnusable(`The registry ${registry} has no ${repository} ${path.replace("/", " ")}.`);
    return sourceUnusable(`The registry ${registry} answers ${String(status)} for ${repository}.`);
  }
}

function isThisMachine(host: string): boolean {
  return /^(localhost|127\.[0-9.]+)(:[0-9]+)?$/.test(host);
}
