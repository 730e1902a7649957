/** What a step is known by, wherever on its page it stands. */
export interface StepContent {
  page: string;
  /** The first word of its fence. */
  word: string;
  /** As the author wrote it, with names in place of values. */
  body: string;
}

/** Gives each step of a page an id: a later edit elsewhere on the page leaves it, another command is another step. */
export class StepIds {
  readonly #seen = new Map<string, number>();

  /** 14 digits and letters; steps of equal content are told apart by their order. */
  next({ page, word, body }: StepContent): string {
    const content = `${page}\n${word}\n${body.trim()}`;
    const occurrence = this.#seen.get(content) ?? 0;
    this.#seen.set(content, occurrence + 1);
    return digest(`${content}\n${occurrence}`);
  }
}

/** True for what could be the id of a step. */
export function isStepId(text: string): boolean {
  return /^[0-9a-f]{14}$/.test(text);
}

/** 53 bits in hexadecimal: two rounds of a multiplicative hash, as ids need no secrecy and this runs in browsers as well. */
function digest(text: string): string {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    high = Math.imul(high ^ code, 2_654_435_761);
    low = Math.imul(low ^ code, 1_597_334_677);
  }
  high = Math.imul(high ^ (high >>> 16), 2_246_822_507) ^ Math.imul(low ^ (low >>> 13), 3_266_489_909);
  low = Math.imul(low ^ (low >>> 16), 2_246_822_507) ^ Math.imul(high ^ (high >>> 13), 3_266_489_909);
  return (4_294_967_296 * (2_097_151 & low) + (high >>> 0)).toString(16).padStart(14, "0");
}
