/* oxlint-disable no-underscore-dangle -- the fields are named by the library */
import type { Attributes, Internals } from "./emulator-internals.js";

const COLOUR = 0xff_ffff;
const MODE = 0x300_0000;
const PALETTE_16 = 0x100_0000;
const PALETTE_256 = 0x200_0000;
/** The bits of `fg` and `bg` that are flags, with the parameter of SGR that sets each. */
const FOREGROUND_FLAGS: [bit: number, code: number][] = [
  [0x400_0000, 7],
  [0x800_0000, 1],
  [0x2000_0000, 5],
  [0x4000_0000, 8],
  [0x8000_0000, 9],
];
const BACKGROUND_FLAGS: [bit: number, code: number][] = [
  [0x400_0000, 3],
  [0x800_0000, 2],
  [0x4000_0000, 53],
];
const UNDERLINE = 0x1000_0000;
const HAS_EXTENDED = 0x1000_0000;
const PROTECTED = 0x2000_0000;

/** What the text written so far has set, so that only changes are written. */
export class Pen {
  readonly #links: Internals["_oscLinkService"];
  #fg = 0;
  #bg = 0;
  #underline = 0;
  #link = 0;

  constructor(links: Internals["_oscLinkService"]) {
    this.#links = links;
  }

  /** The background that erasing and scrolling fill with. */
  get hasBackground(): boolean {
    return (this.#bg & MODE) !== 0;
  }

  /** Sequences that make the pen write with these attributes. */
  take(attributes: Attributes): string {
    const bg = attributes.bg & ~HAS_EXTENDED;
    const { _ext: ext, urlId } = attributes.extended;
    const hasExtended = (attributes.bg & HAS_EXTENDED) !== 0;
    const underline = hasExtended ? ext & 0x1fff_ffff : 0;
    const link = this.#takeLink(hasExtended ? urlId : 0);
    if (attributes.fg === this.#fg && bg === this.#bg && underline === this.#underline) return link;
    const wasProtected = (this.#bg & PROTECTED) !== 0;
    this.#fg = attributes.fg;
    this.#bg = bg;
    this.#underline = underline;
    const guard = (bg & PROTECTED) !== 0 ? '\u001b[1"q' : wasProtected ? '\u001b[0"q' : "";
    return `${link}\u001b[${["0", ...codes(attributes.fg, bg, underline)].join(";")}m${guard}`;
  }

  /** Sequences after which blank cells come out without any attribute; a link stays open. */
  plain(): string {
    if (this.#fg === 0 && this.#bg === 0 && this.#underline === 0) return "";
    return this.take({ fg: 0, bg: HAS_EXTENDED, extended: { _ext: 0, urlId: this.#link } });
  }

  #takeLink(urlId: number): string {
    if (urlId === this.#link) return "";
    this.#link = urlId;
    const data = urlId === 0 ? undefined : this.#links.getLinkData(urlId);
    const parameters = data?.id === undefined ? "" : `id=${data.id}`;
    return `\u001b]8;${data ? parameters : ""};${data?.uri ?? ""}\u0007`;
  }
}

function codes(fg: number, bg: number, underline: number): string[] {
  const style = (underline >> 26) & 7;
  return [
    ...FOREGROUND_FLAGS.filter(([bit]) => (fg & bit) !== 0).map(([, code]) => String(code)),
    ...BACKGROUND_FLAGS.filter(([bit]) => (bg & bit) !== 0).map(([, code]) => String(code)),
    ...((fg & UNDERLINE) !== 0 ? [style > 1 ? `4:${style}` : "4"] : []),
    ...colour(fg, { plain: 30, bright: 90, other: "38;", separator: ";" }),
    ...colour(bg, { plain: 40, bright: 100, other: "48;", separator: ";" }),
    ...underlineColour(underline),
  ];
}

function colour(
  value: number,
  code: { plain: number; bright: number; other: string; separator: string },
): string[] {
  const index = value & COLOUR;
  switch (value & MODE) {
    case 0:
      return [];
    case PALETTE_16:
      return [String(index < 8 ? code.plain + index : code.bright + index - 8)];
    case PALETTE_256:
      return [`${code.other}5;${index & 255}`];
    default:
      return [`${code.other}2;${channels(index).join(";")}`];
  }
}

function underlineColour(value: number): string[] {
  const index = value & COLOUR;
  if ((value & MODE) === 0) return [];
  if ((value & MODE) === MODE) return [`58:2::${channels(index).join(":")}`];
  return [`58:5:${index & 255}`];
}

function channels(value: number): number[] {
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}
