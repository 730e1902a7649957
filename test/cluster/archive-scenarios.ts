import { FOREVER, ready, say, type Scenario } from "./scenario.js";

const BLOCK = 512;
const OCTAL = 8;
const SUM_AT = 148;
const SUM_BYTES = 8;
/** The most that the field of a size holds. */
const EIGHT_GIB = "77777777777";

interface Entry {
  name: string;
  /** `0` a file, `1` a second name of one, `2` a link, `5` a folder, `S` a file of GNU tar with holes. */
  type?: string;
  link?: string;
  content?: string;
  /** In octal digits, where it is a lie. */
  size?: string;
  /** GNU's map of a file with holes: where its data begins, how much there is, and how large all is, in octal digits. */
  sparse?: { offset: string; bytes: string; all: string };
}

/** An archive as text, all of ASCII; it ends as one does that is whole where `isWhole`. */
function archive(entries: Entry[], isWhole = true): string {
  const blocks = entries.flatMap(({ content = "", ...entry }) => [
    header({ content, ...entry }),
    content.padEnd(Math.ceil(content.length / BLOCK) * BLOCK, "\0"),
  ]);
  return blocks.join("") + (isWhole ? "\0".repeat(2 * BLOCK) : "");
}

function header({ name, type = "0", link = "", content = "", size, sparse }: Entry): string {
  const bytes = size ?? content.length.toString(OCTAL);
  const start = [name.padEnd(100, "\0"), digits("644", 8), digits("0", 8), digits("0", 8)];
  const end = [type, link.padEnd(100, "\0"), sparse === undefined ? "ustar\u000000" : "ustar  \0"];
  const fields = [...start, digits(bytes, 12), digits("0", 12), " ".repeat(SUM_BYTES), ...end].join("");
  const map =
    sparse === undefined
      ? ""
      : fields.padEnd(386, "\0") +
        digits(sparse.offset, 12) +
        digits(sparse.bytes, 12) +
        "\0".repeat(73) +
        digits(sparse.all, 12);
  const text = (map || fields).padEnd(BLOCK, "\0");
  const sum = Buffer.from(text, "latin1").reduce((total, byte) => total + byte, 0);
  const told = `${sum.toString(OCTAL).padStart(6, "0")}\0 `;
  return text.slice(0, SUM_AT) + told + text.slice(SUM_AT + SUM_BYTES);
}

const file = (name: string, more: Partial<Entry> = {}): Entry => ({ name, content: "evil", ...more });
const link = (name: string, to: string): Entry => ({ name, type: "2", link: to });

/** What an archive may hold that means no good, by name. */
const ARCHIVES: Record<string, string> = {
  "links that lead out": archive([
    link("x/out", "/tmp"),
    file("x/out/lectern-evil"),
    link("x/up", "../.."),
    file("x/up/evil"),
    file("x/fine"),
  ]),
  "second names of files outside": archive([
    { name: "x/hard", type: "1", link: "/tmp/outside" },
    file("x/fine"),
  ]),
  "names that lead out": archive([file("x/../../evil"), file("x/fine")]),
  "absolute names": archive([file("/tmp/lectern-evil"), file("x/fine")]),
  "a size that is a lie": archive([file("x/fine"), file("x/big", { size: EIGHT_GIB })], false),
  "a file with holes": archive([
    file("x/holes", { type: "S", sparse: { offset: "1777774", bytes: "4", all: "2000000" } }),
  ]),
  "no archive": "this is no archive",
};

function digits(value: string, bytes: number): string {
  return `${value.padStart(bytes - 1, "0")}\0`;
}

/** A pod whose tar writes the archive, whatever it is asked for. */
function out(text: string): Scenario {
  const data = Buffer.from(text, "latin1").toString("base64");
  const evil = `printf '#!/bin/sh\\ncat /evil/tar\\n' >/tmp/tar; chmod 755 /tmp/tar; mv /tmp/tar /bin/tar`;
  return ready(
    [
      say(evil),
      ["cp", "it:/x", "{folder}/in/x"],
      { files: "{folder}" },
      ["cp", "it:/x/fine", "{folder}/in/fine"],
      { files: "{folder}" },
    ],
    {
      line: FOREVER,
      container: { volumeMounts: [{ name: "evil", mountPath: "/evil" }] },
      spec: { volumes: [{ name: "evil", configMap: { name: "evil" } }] },
      others: [
        { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "evil" }, binaryData: { tar: data } },
      ],
    },
  );
}

/** Sizes of folders are their file system's own. */
const LISTED =
  'cd /tmp && find . | sort | while read -r f; do [ -d "$f" ] || size=$(stat -c %s "$f"); stat -c "%n %a %F $size" "$f"; size=; done';

/** A pod that is sent the archive as `kubectl cp` sends one. */
function into(text: string): Scenario {
  return ready([
    say("mkdir -p /tmp/at/in; echo outside >/tmp/outside"),
    { words: ["exec", "-i", "it", "--", "tar", "-xmf", "-", "-C", "/tmp/at/in"], input: text },
    say(LISTED),
    say("ls -d /etc/lectern* /lectern* /evil* 2>/dev/null; grep -c evil /etc/passwd"),
  ]);
}

/** What `kubectl cp` does with archives that mean no good, in both directions, by name. */
export const ARCHIVE_SCENARIOS: Record<string, Scenario> = {
  ...Object.fromEntries(
    Object.entries(ARCHIVES).map(([name, text]) => [`an archive out of a pod: ${name}`, out(text)]),
  ),
  ...Object.fromEntries(
    Object.entries(ARCHIVES).map(([name, text]) => [`an archive into a pod: ${name}`, into(text)]),
  ),
};
