import type { Alias, Document, Node, visit } from "yaml";
import { badRequest, tooLarge } from "../api/status.js";
import { requireShallow, requireShallowYaml } from "./body-depth.js";
import { faultOf, YamlFault } from "./yaml-fault.js";
import { YamlReader } from "./yaml-reader.js";

/** 256 Ki characters, in a process that everybody waits for: the parser takes a thousand times as long as that of JSON, which clients send. */
const MAX_CHARACTERS = 256 * 1024;
/** Aliases of one YAML text: the parser looks for each among all. No manifest people write comes near. */
const MAX_ALIASES = 1000;

/** A value read from YAML, and the keys given twice, as a strict reader tells of them. */
export interface YamlBody {
  value: unknown;
  duplicates: string[];
}

/**
 * The value of the first document of a YAML text; throws what `refuse` words where it is none, and 413 where it is too long. Size, depth and
 * aliases are bounded, so that a short text cannot grow without end, and neither can the work: what follows the first token that is none
 * is not looked at, and errors are not drawn with their line, which takes time with the square of the text.
 */
export async function readYaml(
  text: string,
  refuse: (fault: string) => Error = badRequest,
): Promise<YamlBody> {
  requireShallowYaml(text);
  if (text.length > MAX_CHARACTERS)
    throw tooLarge(
      `the YAML has ${text.length} characters and at most ${MAX_CHARACTERS} are read: send it as JSON`,
    );
  try {
    const body = await firstDocument(text);
    requireShallow(body.value);
    return body;
  } catch (error) {
    throw error instanceof YamlFault ? refuse(error.message) : error;
  }
}

async function firstDocument(text: string): Promise<YamlBody> {
  // Loaded when first needed: kubectl sends JSON, and a start should not wait for it.
  const yaml = await import("yaml");
  const lines = new yaml.LineCounter();
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  const tokens = [...new yaml.Parser(lines.addNewLine).parse(text)];
  const wrong = tokens.findIndex(({ type }) => type === "error");
  const read = wrong < 0 ? tokens : tokens.slice(0, wrong + 1);
  // Words, numbers and what they are tagged with are read here, as the library of a real server reads them.
  const options = { prettyErrors: false, uniqueKeys: false, version: "1.1", schema: "failsafe" } as const;
  const composer = new yaml.Composer({ ...options, resolveKnownTags: false, merge: false });
  const [document] = composer.compose(read, true, text.length);
  if (document === undefined) return { value: null, duplicates: [] };
  const [problem] = document.errors;
  if (problem !== undefined) throw faultOf(problem, text, lineAt);
  requireDirectives(document);
  const reader = new YamlReader(aliasTargets(document, yaml.visit), yaml, lineAt);
  return { value: reader.read(document.contents), duplicates: reader.duplicates };
}

/** What each alias stands for: what last had its name before it. */
function aliasTargets(document: Document.Parsed, walk: typeof visit): Map<Alias, Node> {
  const named = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  walk(document, {
    Value: (_key, node) => void (node.anchor !== undefined && named.set(node.anchor, node)),
    Alias: (_key, alias) => {
      const target = named.get(alias.source);
      if (target === undefined) throw new YamlFault(`yaml: unknown anchor '${alias.source}' referenced`);
      targets.set(alias, target);
    },
  });
  if (targets.size > MAX_ALIASES)
    throw new YamlFault(`yaml: it has ${targets.size} aliases, of which at most ${MAX_ALIASES} are read`);
  return targets;
}

/** Throws where the text says that it is of another YAML, or anything else about itself that is not known. */
function requireDirectives({ warnings, directives }: Document.Parsed): void {
  const { explicit, version } = directives.yaml;
  const isOther = explicit === true && version !== "1.1";
  if (isOther || warnings.some(({ message }) => message.startsWith("Unsupported YAML version")))
    throw new YamlFault("yaml: found incompatible YAML document");
  if (warnings.some(({ message }) => message.startsWith("Unknown directive")))
    throw new YamlFault("yaml: found unknown directive name");
}
