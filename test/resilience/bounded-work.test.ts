import { describe, expect, it } from "vitest";
import { compileGlob, matchesToken } from "../../policy/common/glob.js";
import { pageForTests } from "../../workshop/common/page-for-tests.js";
import { compileLabPage } from "../../workshop/common/render-page.js";
import { EDITORS } from "./editor-readers.js";
import { type Readers, READERS } from "./hostile-readers.js";
import { GLOBS, PAGES } from "./hostile-text.js";
import { OTHERS } from "./other-readers.js";
import { SERVERS } from "./server-readers.js";

/** What any text of 100 kB may take of the processor; other programs on the machine are not counted. */
const LIMIT_MS = 1_000;

/** A processor that others use as well is slower: whoever has once been quick enough is. */
const TRIES = 5;

/** What the work takes of the processor in milliseconds at its best, whether it succeeds or refuses. */
async function timeOf(work: () => unknown): Promise<number> {
  let best = await timeOfOne(work);
  for (let tried = 1; tried < TRIES && best >= LIMIT_MS; tried++)
    best = Math.min(best, await timeOfOne(work));
  return best;
}

async function timeOfOne(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  try {
    await work();
  } catch (error) {
    // A refusal is an answer; running out of stack or memory is none.
    if (error instanceof RangeError) throw error;
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

async function slowOnes([readers, texts]: Readers): Promise<string[]> {
  const slow: string[] = [];
  for (const [reader, read] of Object.entries(readers))
    for (const [name, text] of Object.entries(texts)) {
      const took = await timeOf(() => read(text));
      if (took >= LIMIT_MS) slow.push(`${reader}, ${name}: ${took.toFixed(0)} ms`);
    }
  return slow;
}

describe("100 kB of the worst", () => {
  it.each(Object.entries({ ...READERS, ...EDITORS, ...SERVERS, ...OTHERS }))(
    "of %s are read within a second",
    { timeout: 300_000 },
    async (_name, entry) => {
      expect(await slowOnes(entry)).toEqual([]);
    },
  );

  it.each(Object.entries(PAGES))("in a page, of %s, are compiled within a second", async (_name, source) => {
    expect(await timeOf(() => compile(source))).toBeLessThan(LIMIT_MS);
  });

  it.each(Object.entries(GLOBS))(
    "of an image are judged by a pattern of %s within a second",
    async (_name, { pattern, value }) => {
      expect(await timeOf(() => matchesToken(compileGlob(pattern), value))).toBeLessThan(LIMIT_MS);
    },
  );
});

function compile(source: string) {
  const page = pageForTests(source, { file: "page.md" });
  return compileLabPage({ layout: "split", ingresses: [], pages: [page] }, page, {
    session_name: "s",
    odd: "a b'c",
  });
}
