/** Where a reading of an address stands, and how Go's `netip` says what is wrong there. */
interface Fault {
  why: string;
  /** What was left to read. */
  at?: string;
}

const GROUP_DIGITS = 4;
const GROUPS = 8;
const MAX_OCTET = 255;

/** Why a text is no address, as Go's `netip.ParseAddr` says it; for a text that was not read as one. */
export function addressFault(text: string): string {
  const fault = faultOf(text);
  const at = fault.at === undefined ? "" : ` (at ${JSON.stringify(fault.at)})`;
  return `ParseAddr(${JSON.stringify(text)}): ${fault.why}${at}`;
}

/** Why a text is no network, as Go's `netip.ParsePrefix` says it; for a text that was not read as one. */
export function prefixFault(text: string, isAddress: (part: string) => boolean): string {
  const slash = text.lastIndexOf("/");
  const [address, bits] = [text.slice(0, slash), text.slice(slash + 1)];
  const why = (): string => {
    if (slash === -1) return "no '/'";
    if (address.includes("%")) return "IPv6 zones cannot be present in a prefix";
    if (!isAddress(address)) return addressFault(address);
    if (!/^(?:0|[1-9]\d{0,2})$/.test(bits)) return `bad bits after slash: ${JSON.stringify(bits)}`;
    return "prefix length out of range";
  };
  return `netip.ParsePrefix(${JSON.stringify(text)}): ${why()}`;
}

function faultOf(text: string): Fault {
  const sign = /[.:%]/.exec(text)?.[0];
  if (sign === undefined) return { why: "unable to parse IP" };
  if (sign === "%") return { why: "missing IPv6 address" };
  return sign === "." ? octetsFault(text) : groupsFault(text);
}

function octetsFault(text: string): Fault {
  let [value, digits, dots] = [0, 0, 0];
  for (let at = 0; at < text.length; at += 1) {
    const sign = text.charAt(at);
    if (/\d/.test(sign)) {
      if (digits === 1 && value === 0) return { why: "IPv4 field has octet with leading zero" };
      value = value * 10 + Number(sign);
      digits += 1;
      if (value > MAX_OCTET) return { why: "IPv4 field has value >255" };
    } else if (sign === ".") {
      if (at === 0 || at === text.length - 1 || text.charAt(at - 1) === ".")
        return { why: "IPv4 field must have at least one digit", at: text.slice(at) };
      if (dots === 3) return { why: "IPv4 address too long" };
      dots += 1;
      [value, digits] = [0, 0];
    } else {
      return { why: "unexpected character", at: text.slice(at) };
    }
  }
  return { why: "IPv4 address too short" };
}

/** Reads groups as Go does, and stops where Go stops. */
function groupsFault(whole: string): Fault {
  const [text = "", zone] = whole.split(/%(.*)/s);
  if (zone === "") return { why: "zone must be a non-empty string" };
  const reading = { rest: text, groups: 0, hasEllipsis: text.startsWith("::") };
  if (reading.hasEllipsis) reading.rest = text.slice(2);
  while (reading.rest !== "" && reading.groups < GROUPS) {
    const fault = readGroup(reading) ?? readColon(reading);
    if (fault !== undefined) return fault;
  }
  if (reading.rest !== "") return { why: "trailing garbage after address", at: reading.rest };
  return reading.groups < GROUPS
    ? { why: "address string too short" }
    : { why: "the :: must expand to at least one field of zeros" };
}

/** How far an address has been read. */
interface Reading {
  rest: string;
  groups: number;
  hasEllipsis: boolean;
}

function readGroup(reading: Reading): Fault | undefined {
  const { rest } = reading;
  const digits = /^[0-9a-fA-F]*/.exec(rest)?.[0] ?? "";
  if (digits.length > GROUP_DIGITS) return { why: "each group must have 4 or less digits", at: rest };
  if (digits === "") return { why: "each colon-separated field must have at least one digit", at: rest };
  if (rest.startsWith(".", digits.length)) return embeddedFault(reading);
  reading.groups += 1;
  reading.rest = rest.slice(digits.length);
  return undefined;
}

function readColon(reading: Reading): Fault | undefined {
  const { rest } = reading;
  if (rest === "") return undefined;
  if (!rest.startsWith(":")) return { why: "unexpected character, want colon", at: rest };
  if (rest === ":") return { why: "colon must be followed by more characters", at: rest };
  reading.rest = rest.slice(1);
  if (!rest.startsWith("::")) return undefined;
  if (reading.hasEllipsis) return { why: "multiple :: in address", at: reading.rest };
  reading.hasEllipsis = true;
  reading.rest = rest.slice(2);
  return undefined;
}

/** The last 32 bits may be written as octets. */
function embeddedFault({ rest, groups, hasEllipsis }: Reading): Fault {
  if (!hasEllipsis && groups !== GROUPS - 2)
    return { why: "embedded IPv4 address must replace the final 2 fields of the address", at: rest };
  if (groups + 2 > GROUPS)
    return { why: "too many hex fields to fit an embedded IPv4 at the end of the address", at: rest };
  return octetsFault(rest);
}
