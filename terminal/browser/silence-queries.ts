import type { IParser } from "@xterm/xterm";

/**
 * Programs ask terminals questions by escape sequences. The terminal host answers them, once; were the pages to answer
 * as well, every open page would type an answer into the shell. OSC 52 (clipboard) is refused as a whole.
 */
export function silenceQueries(parser: IParser): void {
  // DA1-DA3, DSR, DECXCPR, DECRQM, XTVERSION, window reports.
  parser.registerCsiHandler({ final: "c" }, ignored);
  parser.registerCsiHandler({ prefix: ">", final: "c" }, ignored);
  parser.registerCsiHandler({ prefix: "=", final: "c" }, ignored);
  parser.registerCsiHandler({ final: "n" }, ignored);
  parser.registerCsiHandler({ prefix: "?", final: "n" }, ignored);
  parser.registerCsiHandler({ intermediates: "$", final: "p" }, ignored);
  parser.registerCsiHandler({ prefix: "?", intermediates: "$", final: "p" }, ignored);
  parser.registerCsiHandler({ prefix: ">", final: "q" }, ignored);
  parser.registerCsiHandler({ final: "t" }, ignored);
  // DECRQSS and XTGETTCAP.
  parser.registerDcsHandler({ intermediates: "$", final: "q" }, ignored);
  parser.registerDcsHandler({ intermediates: "+", final: "q" }, ignored);
  parser.registerOscHandler(52, ignored);
  // Colours may be set but not asked for.
  for (const identifier of [4, 10, 11, 12])
    parser.registerOscHandler(identifier, (data) => data.includes("?"));
}

function ignored(): boolean {
  return true;
}
