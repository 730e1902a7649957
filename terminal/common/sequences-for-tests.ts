/** What a program prints, and a text whose effect depends on the state that leaves. */
export interface SequenceFixture {
  put: string;
  next?: string;
}

/** Columns and rows the fixtures are written for. */
export const FIXTURE_SIZE = { columns: 40, rows: 12 };

const E = "\u001b";
const text = "one\r\ntwo\r\nthree\r\nfour\r\nfive\r\nsix";
const page = Array.from({ length: 30 }, (_, line) => `line ${line} ${"abcdefghij".repeat(line % 5)}`).join(
  "\r\n",
);
const wrapped = `${"0123456789".repeat(11)}end`;

/** Every sequence that the documentation of xterm.js lists as supported, by what it does. */
export const sequences: Record<string, SequenceFixture> = {
  "BEL and unknown controls": { put: `a\u0007b\u0000c\u0005d\u007fe` },
  "BS, at the margin too": { put: "abc\b\bX\r\b\bY", next: "z" },
  HT: { put: "a\tb\tc\t\t\t\td", next: "e" },
  "LF, VT, FF": { put: "a\nb\u000bc\u000cd" },
  "CR over text": { put: "hello\rJ" },
  "SO and SI with G1": { put: `${E})0a\u000eqqq\u000fq`, next: "\u000elqk\u000flqk" },
  "IND, NEL, RI": { put: `${text}${E}D1${E}E2${E}M3` },
  "IND and RI at the margins": { put: `${text}${E}[12;1H${E}Dlast${E}[1;1H${E}Mfirst` },
  "C1 IND, NEL, HTS": { put: `a\u0084b\u0085c${E}[1;3H\u0088${E}[1G\tx`, next: "\ty" },
  "C1 CSI, OSC, DCS, ST": { put: `\u009b31mred\u009d2;title\u009cx\u0090$qm\u009cy` },
  "HTS, TBC": { put: `${E}[3g${E}[1;5H${E}H${E}[1;20H${E}H${E}[1;1H`, next: "\tx\ty" },
  "TBC of one": { put: `${E}[1;9H${E}[0g\r`, next: "\tx" },
  "DECSC and DECRC": { put: `${E}[5;7H${E}[1;38;5;201m${E}7${E}[0m${E}[2;2H`, next: `here${E}8back` },
  "SCOSC and SCORC": { put: `${E}[3;9H${E}[s${E}[9;1H`, next: `x${E}[uy` },
  "DECSC with a character set": { put: `${E}(0${E}7${E}(B`, next: `q${E}8q` },
  "DECSC in scrolled text": { put: `${E}[3;3H${E}7${page}`, next: `${E}8back` },
  "DECSC below the margin of a shrunk region": { put: `${E}[11;3H${E}7${E}[2;5r`, next: `${E}8x` },
  DECKPAM: { put: `${E}=` },
  DECKPNM: { put: `${E}=${E}>` },
  RIS: { put: `${text}${E}[3;5r${E}[?25l${E}(0${E}c`, next: "qx" },
  DECALN: { put: `${text}${E}#8`, next: "x" },
  "LS2, LS3 and designations": { put: `${E}*0${E}+A${E}n`, next: `q#${E}oq#\u000fq#` },
  "national sets": {
    put: `${E}(A${E})K${E}*Z${E}+R#`,
    next: `#[\\]\u000e[\\]${E}n[\\]${E}o[\\]`,
  },
  "every national set": {
    put: "",
    next: Array.from("A4C5RQKYE6ZH7=0B", (final) => `${E}(${final}#@[\\]^_\`{|}~\r\n`).join(""),
  },
  "UTF-8 selection": { put: `${E}(0${E}%Gq`, next: "q" },
  "ICH, DCH, ECH": {
    put: `abcdefgh\r${E}[3C${E}[2@XY\r\nabcdefgh\r${E}[2C${E}[3P\r\nabcdefgh\r${E}[2C${E}[4X`,
  },
  "ECH with a background": { put: `abcdefgh\r${E}[44m${E}[4X` },
  "CUU, CUD, CUF, CUB": { put: `${E}[5;5Ha${E}[2Ab${E}[3Bc${E}[4Cd${E}[6De`, next: "f" },
  "CNL, CPL, CHA, CUP": { put: `${E}[2Ea${E}[1Fb${E}[7Gc${E}[6;9Hd${E}[4;2fe`, next: "f" },
  "HPA, HPR, VPA, VPR": { put: `${E}[9\`a${E}[3ab${E}[7dc${E}[2ed`, next: "f" },
  "CHT and CBT": { put: `${E}[3Ia${E}[2Zb`, next: "c" },
  "ED below, above, all, scrollback": {
    put: `${page}${E}[6;6H${E}[J${E}[3;3H${E}[1J${page}${E}[2J${page}${E}[3J`,
    next: "x",
  },
  "ED with a background": { put: `${text}${E}[45m${E}[2J`, next: "x\r\ny" },
  "EL right, left, all": {
    put: `${text}${E}[1;2H${E}[K${E}[2;2H${E}[1K${E}[3;2H${E}[2K${E}[42m${E}[4;2H${E}[K`,
  },
  "IL and DL": { put: `${text}${E}[2;1H${E}[2L${E}[6;1H${E}[1M` },
  "IL and DL in a region with a background": { put: `${text}${E}[2;5r${E}[3;1H${E}[41m${E}[L${E}[M` },
  "SU and SD": { put: `${text}${E}[2S${E}[3T` },
  "SU and SD in a region": { put: `${text}${E}[2;5r${E}[S${E}[46m${E}[2T`, next: "x" },
  "SL and SR": { put: `${text}${E}[2 @${E}[1 A` },
  "DECIC and DECDC": { put: `${text}${E}[2;2H${E}[2'}${E}[3;3H${E}[1'~` },
  REP: { put: `a${E}[5b${E}[3mé${E}[2b` },
  "REP of the last character": { put: "ab", next: `${E}[4b` },
  "insert mode": { put: `abc\r${E}[4h`, next: "x" },
  "automatic newline": { put: `${E}[20ha\nb`, next: "\nc" },
  "application cursor keys": { put: `${E}[?1h` },
  "origin mode": { put: `${E}[3;8r${E}[?6h${E}[2;2H`, next: `a${E}[1;1Hb` },
  "no autowrap": { put: `${E}[?7l${"x".repeat(50)}y`, next: "z" },
  "reverse wraparound": { put: `${E}[?45h${"x".repeat(42)}`, next: "\b\b\b\by" },
  "blinking cursor": { put: `${E}[?12h` },
  "hidden cursor": { put: `${E}[?25l` },
  "application keypad by mode": { put: `${E}[?66h` },
  "mouse 9": { put: `${E}[?9h` },
  "mouse 1000 in SGR": { put: `${E}[?1000h${E}[?1006h` },
  "mouse 1002 in pixels": { put: `${E}[?1002h${E}[?1016h` },
  "mouse 1003": { put: `${E}[?1003h` },
  "focus events": { put: `${E}[?1004h` },
  "bracketed paste": { put: `${E}[?2004h` },
  "synchronized output": { put: `${E}[?2026hhalf a frame`, next: `${E}[?2026l` },
  "alternate screen 47": { put: `before${E}[?47h${E}[Hfull`, next: `${E}[?47lafter` },
  "alternate screen 1047": { put: `before${E}[?1047h${E}[Hfull`, next: `${E}[?1047lafter` },
  "alternate screen 1049": {
    put: `before\r\n${E}[1m${E}[?1049h${E}[2J${E}[1;1H${E}[mfull`,
    next: `${E}[?1049lafter`,
  },
  "alternate screen with everything": {
    put: `${page}${E}[2;9r${E}[4;5H${E}[32m${E}7${E}[?1049h${E}[3;8r${E}[?6h${E}[4;4H${E}[35m${E}7${E}[2;1Hx`,
    next: `${E}8y${E}[?6l${E}[?1049lz\n\n\n\n\n\n`,
  },
  "saved cursor of the alternate screen": { put: `${E}[?1049h${E}[4;4H${E}7${E}[8;1H`, next: `${E}8alt` },
  "save cursor 1048": { put: `${E}[6;6H${E}[?1048h${E}[1;1H`, next: `${E}[?1048lx` },
  DECSTBM: { put: `1\r\n2\r\n3\r\n4${E}[2;4r${E}[4;1H`, next: "\nnew\n" },
  "DECSTBM with pending wrap": { put: `${E}[3;6r${E}[5;1H${"x".repeat(40)}`, next: "y" },
  "pending wrap": { put: "x".repeat(40), next: "y" },
  "pending wrap of a wide character": { put: `${"x".repeat(38)}漢`, next: "y" },
  "pending wrap with a colour": { put: `${E}[31m${"x".repeat(40)}`, next: `y${E}[mz` },
  "a new colour at a pending wrap": { put: `${"x".repeat(40)}${E}[34m`, next: "y" },
  DECSTR: { put: `${E}[4h${E}[3;5r${E}[?6h${E}[1;31m${E}[!p`, next: "x" },
  "cursor styles": { put: `${E}[5 q`, next: `${E}[2 q` },
  "steady underline cursor": { put: `${E}[4 q` },
  "protected cells": { put: `a${E}[1"qbcd${E}[0"qe${E}[?1K`, next: `${E}[2;1H${E}[1"qx${E}[0"q${E}[?2J` },
  "a pen that protects": { put: `${E}[1"q`, next: `kept\r${E}[?2K` },
  "SGR flags": {
    put: [1, 2, 3, 4, 5, 7, 8, 9, 21, 53].map((code) => `${E}[${code}mx${E}[m`).join(""),
  },
  "SGR flags taken back": {
    put: `${E}[1;2;3;4;5;7;8;9;53mx${E}[22mx${E}[23mx${E}[24mx${E}[25mx${E}[27mx${E}[28mx${E}[29mx${E}[55mx`,
    next: "y",
  },
  "underline styles and colours": {
    put:
      [0, 1, 2, 3, 4, 5].map((style) => `${E}[4:${style}m${E}[58:5:${style + 9}mu`).join("") +
      `${E}[58:2::1:2:3mv${E}[59mw`,
    next: "x",
  },
  "sixteen colours": {
    put: Array.from(
      { length: 8 },
      (_, code) => `${E}[${30 + code};${107 - code}ma${E}[${90 + code};${40 + code}mb`,
    ).join(""),
    next: `x${E}[39my${E}[49mz`,
  },
  "palette and truecolour, both forms": {
    put: `${E}[38;5;1;48;5;255ma${E}[38:5:17mb${E}[38;2;1;2;3;48;2;4;5;6mc${E}[38:2::7:8:9md`,
    next: "e",
  },
  "background in blank cells": { put: `${E}[44m\r\n\r\n${E}[K  x${E}[mz\r\n`, next: "y" },
  "background scrolled in": { put: `${page}${E}[43m\r\n\r\nx`, next: "y" },
  "blanks typed and blanks never touched": { put: `a   \r\n\r\n   ${E}[5Cb \r\n` },
  scrollback: { put: page, next: "\r\nx" },
  "wrapped lines": { put: `${wrapped}\r\n${wrapped}`, next: "x" },
  "wrapped lines that were erased": { put: `${wrapped}${E}[A${E}[K${E}[A${E}[5G${E}[1K`, next: "x" },
  "wrapped line whose rest is blank": { put: `${"x".repeat(40)}y\b${E}[K${E}[A${E}[30G${E}[K`, next: "z" },
  "a wide character that did not fit": { put: `${"x".repeat(39)}漢字`, next: "y" },
  "half of a wide character overwritten": { put: `漢字漢字\r${E}[2Cx${E}[7Gy` },
  "wide characters, marks, joiners": { put: "漢字 e\u0301 🎉 ✓ 👨‍👩‍👧 ❤️ 한국어 𝒳 न\u0940", next: "!" },
  "a mark that comes later": { put: "e", next: "\u0301x" },
  "emoji of later Unicode": { put: "🐳🫠🪿🧋", next: "\b\bZ" },
  "marks at a pending wrap": { put: `${"x".repeat(39)}e\u0301`, next: "\u0302y" },
  "OSC 0, 1, 2": { put: `${E}]0;both\u0007${E}]1;icon\u0007${E}]2;my title${E}\\` },
  "OSC 4, 10, 11, 12": {
    put: `${E}]4;1;rgb:12/34/56;200;#abcdef\u0007${E}]10;#111111\u0007${E}]11;rgb:22/22/22${E}\\${E}]12;#333333\u0007`,
  },
  "OSC 104, 110, 111, 112": {
    put: `${E}]4;1;#123456;2;#654321\u0007${E}]10;#111111;#222222;#333333\u0007${E}]104;1\u0007${E}]110\u0007${E}]112\u0007`,
  },
  "OSC 8": {
    put: `${E}]8;;https://example.com/a\u0007link${E}]8;;\u0007 plain ${E}]8;id=x;https://example.com/b${E}\\named${E}]8;;${E}\\`,
    next: "x",
  },
  "OSC 8 left open": { put: `${E}]8;id=y;https://example.com/c\u0007open`, next: ` still${E}]8;;\u0007 not` },
  "OSC 8 over wrapped lines and colours": {
    put: `${E}]8;;https://example.com/long\u0007${E}[32m${wrapped}${E}[1m${wrapped}${E}]8;;\u0007\r\nafter`,
  },
  "OSC 8 in scrollback": { put: `${E}]8;;https://example.com/up\u0007up${E}]8;;\u0007\r\n${page}` },
  "OSC 133, 7 and others": { put: `${E}]133;A\u0007$ ${E}]7;file://host/tmp\u0007${E}]1337;x=y\u0007x` },
  "DECRQSS and unknown DCS": { put: `${E}P$qm${E}\\a${E}P+q544e${E}\\b${E}Pabc${E}\\c` },
  "APC, PM, SOS": { put: `a${E}_apc${E}\\b${E}^pm${E}\\c${E}Xsos${E}\\d` },
  "CAN and SUB": { put: `a${E}[31\u0018b${E}]2;x\u001ac` },
  "controls inside a sequence": { put: `ab${E}[3\r\n1mcd` },
  questions: { put: `${E}[c${E}[>c${E}[5n${E}[6n${E}[?6n${E}[?2004$p${E}[>q${E}[18tx` },
  "window operations": { put: `${E}[22;0t${E}[23;0t${E}[8;10;10tx` },
  "what a pager leaves": {
    put: `${E}[?1049h${E}[22;0;0t${E}[?1h${E}=${page}${E}[12;1H${E}[7m(END)${E}[27m${E}[K`,
    next: `\r${E}[K${E}[?1l${E}>${E}[?1049l${E}[23;0;0t$ `,
  },
  "what an editor leaves": {
    put: `${E}[?1049h${E}[?2004h${E}[?1h${E}=${E}[1;12r${E}[?12h${E}[?25l${E}[27m${E}[m${E}[H${E}[2J${E}[2;1H${E}[94m~${E}[m${E}[12;30H0,0-1${E}[1;1H${E}[?25h${E}[1 q`,
    next: `${E}[?25ltyped${E}[?25h`,
  },
  "what a multiplexer leaves": {
    put: `${E}[?1049h${E}[?1006h${E}[?1002h${E}[?2004h${E}(B${E}[m${E}[1;11r${E}[H${text}${E}[12;1H${E}[30m${E}[42m[0] 0:bash*${E}(B${E}[m${E}[3;4H`,
    next: `${E}[1;11r${E}[11;1H\nscrolled`,
  },
};
