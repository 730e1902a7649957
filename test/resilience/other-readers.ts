import { IngressRoutes } from "../../containers/node/ingress-routes.js";
import { judgeBundle } from "../../policy/node/verify/sigstore-bundle.js";
import { namesOf } from "../../policy/node/verify/verify-image.js";
import { launchOf } from "../../server/lti/launch-claims.js";
import { CastReader } from "../../terminal/common/asciicast.js";
import { containerWords } from "../../workshop/common/commands/container-command.js";
import { calledPrograms } from "../../workshop/common/commands/lacking-programs.js";
import { ownPatienceMs } from "../../workshop/common/commands/own-patience.js";
import { readCommands } from "../../workshop/common/commands/simple-commands.js";
import { definitionText } from "../../workshop/common/definition-text.js";
import { withEmoji } from "../../workshop/common/emoji.js";
import { fillShortcodes } from "../../workshop/common/fill-shortcodes.js";
import { pageHighlighter } from "../../workshop/common/highlight/highlight-code.js";
import { htmlTags, withoutComments } from "../../workshop/common/html-tags.js";
import { convertAssignment } from "../../workshop/common/instruqt/convert-assignment.js";
import { readRehearsal, withinObject } from "../../workshop/common/kept-rehearsal.js";
import { withIngresses, withoutPortPage } from "../../workshop/common/killercoda/addresses.js";
import { convertPage } from "../../workshop/common/killercoda/convert-page.js";
import { mayEnd, neverEnds } from "../../workshop/common/killercoda/never-ends.js";
import { ownResultsCsv } from "../../workshop/common/own-results.js";
import { patternWords } from "../../workshop/common/pattern-words.js";
import { personName } from "../../workshop/common/person-name.js";
import { slidesPlace } from "../../workshop/common/slides.js";
import { transcriptText } from "../../workshop/common/transcript.js";
import { asMarkdown, plainText } from "../../workshop/node/asciidoc/inline-markdown.js";
import { withNumbers, withoutCallouts } from "../../workshop/node/asciidoc/code-callouts.js";
import { withoutLongBlanks } from "../../workshop/node/asciidoc/long-blanks.js";
import { readAsciidoc } from "../../workshop/node/asciidoc/read-asciidoc.js";
import type { Readers } from "./hostile-readers.js";
import { GENERAL, PAGES, filled } from "./hostile-text.js";

const PLATFORM = {
  name: "School",
  issuer: "https://school.example",
  client: "c",
  deployments: ["d"],
  authorize: "https://school.example/authorize",
  token: "https://school.example/token",
  keys: "https://school.example/keys",
  origins: [],
  owner: "o",
  days: 1,
  minutes: 60,
};
const CLAIM = "https://purl.imsglobal.org/spec/lti/claim";

/** The claims of a launch in which every text is the given one. */
function claimsOf(text: string): Record<string, unknown> {
  return {
    sub: text.slice(0, 255),
    name: text.slice(0, 10_000),
    given_name: text.slice(0, 10_000),
    [`${CLAIM}/message_type`]: "LtiResourceLinkRequest",
    [`${CLAIM}/version`]: "1.3.0",
    [`${CLAIM}/deployment_id`]: "d",
    [`${CLAIM}/target_link_uri`]: `https://lectern.example/lti?lab=${encodeURIComponent(text.slice(0, 20_000))}`,
    [`${CLAIM}/resource_link`]: { id: text.slice(0, 1_000) },
    [`${CLAIM}/roles`]: Array.from({ length: 100 }, () => text.slice(0, 1_000)),
    [`${CLAIM}/custom`]: { lab: text, event: text, [text.slice(0, 100)]: text },
    "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint": {
      scope: [text],
      lineitem: `https://school.example/${text.slice(0, 1_000)}`,
    },
  };
}

/** Characters of one piece of code that are coloured at most. */
const COLOURED = 16 * 1024;

const FINDING = { where: "", outcome: "failed", detail: "" } as const;

function rehearsalOf(text: string): unknown {
  const findings = text.match(/.{1,20}/gs)?.map((detail) => ({ ...FINDING, where: detail, detail })) ?? [];
  const kept = {
    id: "1",
    state: "done",
    aliveUntil: text,
    findings,
    tabs: [{ url: text }],
    more: 0,
    message: text,
  };
  const read = readRehearsal(JSON.stringify(kept));
  return read && withinObject(read);
}

/** Every rule, and every question, made of the text. */
function routed(text: string): unknown {
  const pieces = text.match(/.{1,100}/gs) ?? [];
  const routes = pieces.map((piece, at) => ({
    ingress: `n/${piece}`,
    host: `${String(at)}.${piece}`,
    path: `/${piece}`,
    match: "Prefix" as const,
    backend: { missing: "x" },
  }));
  const asked = new IngressRoutes(routes);
  return [
    { host: text, path: `/${text}` },
    { host: "a", path: text, name: text },
  ].map((one) => asked.find(one));
}

function recorded(text: string): unknown {
  const reader = new CastReader();
  reader.take('{"version":2,"width":80,"height":24}\n');
  // As it comes from the network, and never with the end of a line.
  for (const piece of text.match(/.{1,100}/gs) ?? []) reader.take(piece);
  reader.take(`\n[1,"o",${JSON.stringify(text)}]\n[2,"m",${JSON.stringify(`step: ${text}`)}]\n`);
  return reader.end();
}

/** What labs of other forms, learning management systems, recordings, rehearsals, registries and Ingress rules bring. */
export const OTHERS: Record<string, Readers> = {
  "launches of a learning management system": [
    { launch: (text) => launchOf(PLATFORM, claimsOf(text)), person: personName },
    { ...GENERAL, marks: filled("a\u0301"), unseen: filled("\u200b"), "encoded blanks": filled("%20") },
  ],
  recordings: [
    { cast: recorded },
    { ...GENERAL, lists: filled("["), events: filled('[1,"o","x"]\n'), marks: filled('[1,"m","step: x"]\n') },
  ],
  rehearsals: [
    { kept: rehearsalOf, text: readRehearsal },
    { ...GENERAL, lists: filled("[") },
  ],
  "rules of an Ingress": [
    { routed },
    {
      ...GENERAL,
      dots: filled("."),
      slashes: filled("/"),
      "labels of hosts": filled("a."),
      stars: filled("*."),
    },
  ],
  "answers of registries": [
    {
      bundle: (text) =>
        judgeBundle(Buffer.from(text), `sha256:${"a".repeat(64)}`, {
          keys: [],
          identities: [],
          trust: undefined,
        }),
      names: (text) => namesOf("o", text),
    },
    { ...GENERAL, lists: filled("["), objects: filled('{"a":'), names: filled("a/"), lines: filled("a:1\n") },
  ],
  "labs of other platforms": [
    {
      killercoda: convertPage,
      instruqt: (text) => convertAssignment(text, 1),
      address: (text) => withIngresses(text, new Set()),
      port: withoutPortPage,
      ends: (text) => [neverEnds(text), mayEnd(text)],
      resource: (text) => definitionText(text, { own: new Set(), declared: new Set() }),
      slides: (text) => slidesPlace(`https://${text}/slides${text}`, {}),
    },
    {
      ...PAGES,
      "addresses of ports": filled("{{TRAFFIC_HOST1_80}}"),
      "addresses that never end": filled("{{TRAFFIC_"),
      "marked code": filled("`a`{{exec}}"),
      references: filled("$(base64(a"),
    },
  ],
  "pieces of AsciiDoc": [
    {
      markdown: asMarkdown,
      plain: plainText,
      numbers: withNumbers,
      callouts: withoutCallouts,
      blanks: withoutLongBlanks,
    },
    { ...PAGES, callouts: filled("<1> "), "callouts in code": filled("a // <1>\n") },
  ],
  AsciiDoc: [
    { page: (text) => readAsciidoc(text, { folder: "/nowhere", file: "page.adoc", names: [] }) },
    {
      ...GENERAL,
      "lists ever deeper": filled("* ** *** **** a\n"),
      "lists in lists": filled("* a\n** b\n"),
      tables: `|===\n${filled("|a |b\n")}|===`,
      "tables that never end": filled("|===\n"),
      blocks: filled("====\n"),
      "quoted text": filled("*a _b `c "),
      "text that is passed through": filled("+++a"),
      "links that never end": filled("link:a["),
      "references that never end": filled("<<a,"),
      attributes: filled(":a: {a}{a}\n"),
      "references to attributes": filled("{a}"),
      includes: filled("include::page.adoc[]\n"),
      conditions: filled("ifdef::a[]\n"),
      headings: filled("== a\n"),
      footnotes: filled("footnote:[a "),
      macros: filled("image:a[b] "),
      descriptions: filled("a:: b\n"),
      continuations: filled("+\n"),
      marks: filled("[.a#b]#c"),
      anchors: filled("[[a]]"),
    },
  ],
  "code, shortcodes and words on pages": [
    {
      shortcodes: (text) => fillShortcodes(text, {}),
      emoji: withEmoji,
      tags: (text) => [htmlTags(text), withoutComments(text)],
      pattern: patternWords,
      transcript: (text) =>
        transcriptText({
          session: { id: "s", title: text, createdAt: "" },
          pages: [{ name: "p", title: text, actions: [] }],
          results: [],
        }),
      own: (text) =>
        ownResultsCsv({ event: "e", title: text, from: "", until: "", name: text, done: 0, steps: [] }),
    },
    {
      ...PAGES,
      notes: filled("{{< note >}}"),
      "notes that never end": filled("{{< note "),
      smiles: filled(":a:"),
    },
  ],
  "code that is coloured": [
    Object.fromEntries(
      ["shell", "yaml", "json", "hcl", "go", "python", "javascript", "dockerfile", "toml"].map((language) => [
        language,
        (text: string) => pageHighlighter()(text.slice(0, COLOURED), language),
      ]),
    ),
    {
      ...GENERAL,
      heredocs: filled("<<A\n"),
      comments: filled("/*"),
      "quotes in quotes": filled('"${"'),
      hashes: filled("#"),
    },
  ],
  "commands that are looked through": [
    { words: containerWords, programs: calledPrograms, patience: ownPatienceMs, commands: readCommands },
    {
      ...GENERAL,
      heredocs: filled("cat <<A\n"),
      substitutions: filled("$("),
      "substitutions that end": `${"$(".repeat(20_000)}x${")".repeat(20_000)}`,
      braces: filled("{ a; "),
      pipes: filled("a|"),
      timeouts: filled("--timeout=1s "),
      kubectl: filled("kubectl exec -it a -- "),
    },
  ],
};
