import { type CompiledPage, compileLabPage } from "../common/render-page.js";
import type { Lab, LabPage } from "../common/lab.js";
import type { Variables } from "../common/variables.js";
import { LabThread, LabThreadError } from "./lab-thread.js";

/** Compiles pages, each once for a version of it and a set of values. */
export interface PageCompiler {
  /** Never rejects for what an author wrote: a page that cannot be compiled in time is one without content, with a problem that says so. */
  compile(lab: Lab, page: LabPage, variables: Variables): Promise<CompiledPage>;
  close(): Promise<void>;
}

/** 2 s: a page of the largest size takes a tenth of that. */
const DEADLINE_MS = 2_000;
/** 1 min until a page that took too long is tried again: a busy machine is no fault of the page, and one that is too long costs little so. */
const RETRY_MS = 60_000;
/** The rule of the problem that a page has of which nothing could be compiled in time. */
export const PAGE_TIME = "page-time";

/** A compiler in a thread of its own, so that nobody waits for a page that is not theirs. Takes the compiled `lab-thread-entry.js`. */
export function threadCompiler(
  entry: string,
  { deadlineMs = DEADLINE_MS, retryMs = RETRY_MS } = {},
): PageCompiler {
  const thread = new LabThread(entry);
  const compile = async (lab: Lab, page: LabPage, variables: Variables): Promise<CompiledPage> => {
    const pages = lab.pages.map(({ name, file }) => ({ name, file }));
    try {
      const { layout, ingresses, slides } = lab;
      const surroundings = { layout, ingresses, pages, ...(slides !== undefined && { slides }) };
      return await thread.compile({ lab: surroundings, page, variables }, deadlineMs);
    } catch (error) {
      if (error instanceof LabThreadError) return withoutContent(page, error.message);
      throw error;
    }
  };
  return remembering(compile, { close: () => thread.close(), retryMs });
}

/** A compiler in the thread of whoever asks, for programs that serve nobody else meanwhile. */
export function ownCompiler(): PageCompiler {
  return remembering(async (lab, page, variables) => compileLabPage(lab, page, variables), {
    close: async () => undefined,
    retryMs: RETRY_MS,
  });
}

/** 300 pages: a lab of ten pages for thirty learners. Those not asked for longest are compiled again. */
const KEPT = 300;

function remembering(
  compile: PageCompiler["compile"],
  { close, retryMs }: Pick<PageCompiler, "close"> & { retryMs: number },
): PageCompiler {
  // A page that is read again is another object: what was compiled of the one before it is never found again, and leaves in time.
  const numbers = new WeakMap<LabPage, number>();
  const kept = new Map<string, Promise<CompiledPage>>();
  let pages = 0;
  const keyOf = (page: LabPage, variables: Variables): string => {
    const number = numbers.get(page) ?? ++pages;
    numbers.set(page, number);
    return `${number} ${JSON.stringify(variables)}`;
  };
  return {
    compile: (lab, page, variables) => {
      const key = keyOf(page, variables);
      const known = kept.get(key);
      const compiled = known ?? compile(lab, page, variables);
      kept.delete(key);
      kept.set(key, compiled);
      const forget = (): void => {
        if (kept.get(key) === compiled) kept.delete(key);
      };
      if (!known) compiled.then((result) => isTooLong(result) && setTimeout(forget, retryMs).unref(), forget);
      for (const oldest of kept.keys()) {
        if (kept.size <= KEPT) break;
        kept.delete(oldest);
      }
      return compiled;
    },
    close,
  };
}

function isTooLong({ problems }: CompiledPage): boolean {
  return problems.some(({ rule }) => rule === PAGE_TIME);
}

function withoutContent(page: LabPage, why: string): CompiledPage {
  const problem = {
    severity: "error",
    rule: PAGE_TIME,
    line: page.firstLine,
    message: `The page ${page.file} could not be compiled, so nothing of it is shown: ${why}`,
    fix: "Shorten it, or take out what is nested deeply",
  } as const;
  return { html: "", actions: [], hints: [], problems: [problem], anchors: [], links: [], drawn: [] };
}
