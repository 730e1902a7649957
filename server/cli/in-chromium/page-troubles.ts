import type { ConsoleMessage, Page, Request } from "playwright-core";
import type { LabPage, LabProblem } from "../../../workshop/common/lab.js";

/** More different ones than an author reads. */
const MAX_TROUBLES = 20;
/** Characters of one that say what it is about. */
const MAX_CHARACTERS = 400;

const FIXES = {
  "page-refused": "Bring what the page loads into the lab's folder; a page loads nothing from elsewhere",
  "page-error": "Look at the page in a browser with its console open; a file that is missing is named there",
} as const;

/** What a browser complains about while it shows pages of a lab: errors of scripts, files that do not come, what the Content-Security-Policy refuses. */
export class PageTroubles {
  readonly #found = new Map<string, LabProblem>();
  #page: LabPage | undefined;
  #left = 0;
  /** Addresses of streams of events: a line that was lost comes back by itself. */
  readonly #streams = new Set<string>();

  /** What is said from now on is about that page. */
  turnTo(page: LabPage): void {
    this.#page = page;
  }

  /** Listens to what the browser says of the page. */
  listen(page: Page): void {
    page.on("pageerror", (error) => this.#note("page-error", `A script failed: ${error.message}`));
    page.on("request", (request) => {
      if (isStream(request)) this.#streams.add(request.url());
    });
    page.on("console", (message) => this.#hear(message));
    page.on("requestfailed", (request) => this.#missed(request));
  }

  /** All of it, as problems of the pages' files. */
  problems(): LabProblem[] {
    const [first] = this.#found.values();
    if (this.#left === 0 || first === undefined) return [...this.#found.values()];
    const message = `The browser complained ${String(this.#left)} times more`;
    return [...this.#found.values(), { ...first, message }];
  }

  #hear(message: ConsoleMessage): void {
    if (message.type() !== "error") return;
    const text = message.text();
    const from = message.location().url;
    if (this.#streams.has(from) && text.includes("net::ERR_")) return;
    const isRefused = text.includes("Content Security Policy");
    const place = from === "" || text.includes(from) ? "" : ` (${from})`;
    this.#note(isRefused ? "page-refused" : "page-error", `The browser says: ${text}${place}`);
  }

  #missed(request: Request): void {
    const why = request.failure()?.errorText ?? "";
    // What is left behind when a page is turned is no trouble, and what a policy refuses is told by the console.
    if (why.includes("ERR_ABORTED") || why.includes("csp")) return;
    if (isStream(request)) return;
    this.#note("page-error", `${request.url()} could not be loaded: ${why}`);
  }

  #note(rule: keyof typeof FIXES, said: string): void {
    const page = this.#page;
    if (page === undefined) return;
    const message = said.replaceAll(/\s+/g, " ").slice(0, MAX_CHARACTERS).replace(/\.$/, "");
    const key = `${page.name} ${message}`;
    if (this.#found.has(key)) return;
    if (this.#found.size >= MAX_TROUBLES) {
      this.#left += 1;
      return;
    }
    const { file, firstLine: line } = page;
    this.#found.set(key, { severity: "warning", rule, file, line, message, fix: FIXES[rule] });
  }
}

/** Of the browser itself, or fetched by what does its work with headers of its own. */
function isStream(request: Request): boolean {
  return (
    request.resourceType() === "eventsource" ||
    request.headers()["accept"]?.includes("text/event-stream") === true
  );
}
