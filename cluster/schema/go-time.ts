/** A time as Go reads it from JSON: the text it writes for it, which is null for its zero time, or what it says where it is none. */
export type GoTime = { text: string | null } | { fault: string };

const SECONDS = "2006-01-02T15:04:05Z07:00";
const MICROSECONDS = "2006-01-02T15:04:05.000000Z07:00";

/** Reads a `Time`, which has whole seconds when it is written. */
export function readTime(value: string): GoTime {
  return new TimeReader(value, SECONDS).read(false);
}

/** Reads a `MicroTime`, which has to have six digits of a second. */
export function readMicroTime(value: string): GoTime {
  return new TimeReader(value, MICROSECONDS).read(true);
}

interface Range {
  /** In the layout. */
  element: string;
  what: string;
  low: number;
  high: number;
}

/** Go's zero time, as milliseconds of Unix. */
const ZERO = Date.parse("0001-01-01T00:00:00Z");

/** With years as Go writes them: a sign only before negative ones, and no more digits than they need, but four. */
function secondsOf(date: Date): string {
  const year = date.getUTCFullYear();
  const digits = String(Math.abs(year)).padStart(year < 0 ? 3 : 4, "0");
  return (
    (year < 0 ? "-" : "") +
    digits +
    date
      .toISOString()
      .replace(/^[+-]?\d+/, "")
      .slice(0, 15)
  );
}

/** As Go's package of times quotes a text: byte by byte, where it is no ASCII. */
function quoted(text: string): string {
  const shown = Array.from(Buffer.from(text, "utf8"), (byte) => {
    if (byte < 0x20 || byte >= 0x80) return String.raw`\x${byte.toString(16).padStart(2, "0")}`;
    const character = String.fromCharCode(byte);
    return character === '"' || character === "\\" ? `\\${character}` : character;
  });
  return `"${shown.join("")}"`;
}

class Fault extends Error {}

/** Goes through the layout as Go's `time.Parse` does, whose words depend on where it stops. */
class TimeReader {
  readonly #value: string;
  readonly #layout: string;
  #rest: string;

  constructor(value: string, layout: string) {
    this.#value = value;
    this.#layout = layout;
    this.#rest = value;
  }

  read(hasMicroseconds: boolean): GoTime {
    try {
      const instant = this.#instant(hasMicroseconds);
      if (instant === ZERO && Number(this.#micros) === 0) return { text: null };
      const seconds = secondsOf(new Date(instant));
      return { text: hasMicroseconds ? `${seconds}.${this.#micros}Z` : `${seconds}Z` };
    } catch (error) {
      if (error instanceof Fault) return { fault: error.message };
      throw error;
    }
  }

  #micros = "";

  #instant(hasMicroseconds: boolean): number {
    const year = this.#part(/^\d{4}/, "2006");
    this.#part(/^-/, "-");
    const month = this.#ranged(/^\d\d/, { element: "01", what: "month", low: 1, high: 12 });
    this.#part(/^-/, "-");
    const day = Number(this.#part(/^\d\d/, "02"));
    this.#part(/^T/, "T");
    const hour = this.#ranged(/^\d\d?/, { element: "15", what: "hour", low: 0, high: 23 });
    this.#part(/^:/, ":");
    const minute = this.#ranged(/^\d\d/, { element: "04", what: "minute", low: 0, high: 59 });
    this.#part(/^:/, ":");
    const second = this.#ranged(/^\d\d/, { element: "05", what: "second", low: 0, high: 59 });
    if (hasMicroseconds) this.#micros = this.#part(/^[.,]\d{6}/, ".000000").slice(1);
    else this.#rest = this.#rest.replace(/^[.,]\d+/, "");
    const offset = this.#zone();
    if (this.#rest !== "") this.#refuse(`: extra text: ${quoted(this.#rest)}`);
    // The day of month 0 is the last one of the month before.
    const last = new Date(0);
    last.setUTCFullYear(Number(year), month, 0);
    if (day < 1 || day > last.getUTCDate()) this.#refuse(": day out of range");
    const instant = new Date(0);
    instant.setUTCFullYear(Number(year), month - 1, day);
    instant.setUTCHours(hour, minute, second);
    return instant.getTime() - offset * 60_000;
  }

  /** Minutes east of Greenwich. */
  #zone(): number {
    if (this.#rest.startsWith("Z")) {
      this.#rest = this.#rest.slice(1);
      return 0;
    }
    const [, sign, hours, minutes] = /^(.)(\d\d):(\d\d)/.exec(this.#rest) ?? [];
    if (sign === undefined) this.#mismatch(this.#rest, "Z07:00");
    if (Number(hours) > 24) this.#refuse(": time zone offset hour out of range");
    if (Number(minutes) > 60) this.#refuse(": time zone offset minute out of range");
    if (sign !== "+" && sign !== "-") this.#mismatch(this.#rest, "Z07:00");
    this.#rest = this.#rest.slice(6);
    return (sign === "+" ? 1 : -1) * (Number(hours) * 60 + Number(minutes));
  }

  #ranged(pattern: RegExp, { element, what, low, high }: Range): number {
    const number = Number(this.#part(pattern, element));
    if (number < low || number > high) this.#refuse(`: ${what} out of range`);
    return number;
  }

  #part(pattern: RegExp, element: string): string {
    const [part] = pattern.exec(this.#rest) ?? [];
    if (part === undefined) this.#mismatch(this.#rest, element);
    this.#rest = this.#rest.slice(part.length);
    return part;
  }

  #mismatch(rest: string, element: string): never {
    const [layout, found, wanted] = [this.#layout, rest, element].map(quoted);
    return this.#refuse(` as ${layout ?? ""}: cannot parse ${found ?? ""} as ${wanted ?? ""}`);
  }

  #refuse(why: string): never {
    throw new Fault(`parsing time ${quoted(this.#value)}${why}`);
  }
}
