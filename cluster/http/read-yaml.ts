import { badRequest, StatusError, tooLarge } from "../api/status.js";
import { requireShallow, requireShallowYaml } from "./body-depth.js";

/** 256 Ki characters, in a process that everybody waits for: the parser takes a thousand times as long as that of JSON, which clients send. */
const MAX_CHARACTERS = 256 * 1024;
/** Aliases of one YAML text: the parser looks for each among all. No manifest people write comes near. */
const MAX_ALIASES = 1000;
/** Times that one anchor may be written out, with the aliases within it. */
const MAX_ALIAS_COUNT = 100;

/**
 * The value of a YAML text; throws 400 where it is none, and 413 where it is too long. Size, depth and aliases are bounded, so that a
 * short text cannot grow without end, and neither can the work: what follows the first token that is none is not looked at, and
 * errors are not drawn with their line, which takes time with the square of the text.
 */
export async function readYaml(text: string): Promise<unknown> {
  requireShallowYaml(text);
  if (text.length > MAX_CHARACTERS)
    throw tooLarge(
      `the YAML has ${text.length} characters and at most ${MAX_CHARACTERS} are read: send it as JSON`,
    );
  // Loaded when first needed: kubectl sends JSON, and a start should not wait for it.
  const { Composer, LineCounter, Parser, visit } = await import("yaml");
  const lines = new LineCounter();
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  const wrong = tokens.findIndex(({ type }) => type === "error");
  const read = wrong < 0 ? tokens : tokens.slice(0, wrong + 1);
  const composer = new Composer({ prettyErrors: false, uniqueKeys: false, version: "1.1" });
  const [document, second] = composer.compose(read, true, text.length);
  const [problem] = document?.errors ?? [];
  if (problem !== undefined)
    throw badRequest(
      `error parsing YAML: line ${lines.linePos(problem.pos[0]).line}: ${problem.message}`,
      problem,
    );
  if (second !== undefined) throw badRequest("error parsing YAML: it holds more than one document");
  let aliases = 0;
  if (document !== undefined) visit(document, { Alias: () => void (aliases += 1) });
  if (aliases > MAX_ALIASES)
    throw badRequest(
      `error parsing YAML: it has ${aliases} aliases, of which at most ${MAX_ALIASES} are read`,
    );
  try {
    const value = document?.toJS({ maxAliasCount: MAX_ALIAS_COUNT }) as unknown;
    requireShallow(value);
    return value;
  } catch (error) {
    if (error instanceof StatusError) throw error;
    throw badRequest(`error parsing YAML: ${(error as Error).message}`, error);
  }
}
