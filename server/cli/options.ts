import { resolve } from "node:path";
import { InvalidArgumentError, Option } from "commander";
import proxyAddress from "proxy-addr";
import { parseDuration } from "../../workshop/common/expectation.js";
import { CONTAINERS_CHOICES, mountAddress } from "../config.js";

const DAY_MS = 24 * 60 * 60_000;

/** Collects a flag that may be given several times. */
export function collect(value: string, previous: string[] | undefined): string[] {
  return [...(previous ?? []), resolve(value)];
}

/** Collects the words of a flag that may be given several times. */
export function collectNames(value: string, previous: string[] | undefined): string[] {
  return [...(previous ?? []), value];
}

/** Collects the names of environment variables. */
export function names(value: string, previous: string[] | undefined): string[] {
  if (/^[A-Za-z_]\w*$/.test(value)) return [...(previous ?? []), value];
  throw new InvalidArgumentError("Expected the name of an environment variable.");
}

/** A text that is more than blanks, without those around it; `what` says which, for whoever gives none. */
export function someText(what: string): (value: string) => string {
  return (value) => {
    const text = value.trim();
    if (text === "") throw new InvalidArgumentError(`Expected ${what}.`);
    return text;
  };
}

/** A whole number from `least` to `most`. */
export function wholeNumber(least: number, most: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`Expected a whole number from ${String(least)} to ${String(most)}.`);
  };
}

/** A duration such as `90s` or `20m`, in milliseconds; one second at the least, a day at the most. */
export function duration(value: string): number {
  const milliseconds = /^\d/.test(value) ? durationOf(value) : Number.NaN;
  if (milliseconds >= 1_000 && milliseconds <= DAY_MS) return milliseconds;
  throw new InvalidArgumentError("Expected a duration such as 90s or 20m, from 1s to 1440m.");
}

function durationOf(value: string): number {
  try {
    return parseDuration(value);
  } catch {
    return Number.NaN;
  }
}

/** A path, made absolute against the current directory. */
export function path(value: string): string {
  if (value === "") throw new InvalidArgumentError("Expected a path.");
  return resolve(value);
}

/** An `http` or `https` URL, ending in `/`. */
export function webAddress(value: string): string {
  if (/^https?:$/.test(protocolOf(value))) return mountAddress(value);
  throw new InvalidArgumentError("Expected a URL such as https://labs.example.org/.");
}

/** The name of a domain, in small letters, without a port. */
export function domainName(value: string): string {
  const name = value.toLowerCase();
  if (/^(?=.{1,189}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/.test(name))
    return name;
  throw new InvalidArgumentError("Expected the name of a domain, such as labs.example.org.");
}

/** Which proxies are believed: a number of them, or their addresses, networks and the names `loopback`, `linklocal`, `uniquelocal`. */
export function proxies(value: string): number | string[] {
  if (/^[1-9]$/.test(value)) return Number(value);
  const addresses = value.split(",").map((address) => address.trim());
  try {
    proxyAddress.compile(addresses);
    return addresses;
  } catch {
    throw new InvalidArgumentError(
      "Expected how many proxies stand in front (1 to 9), or their addresses, such as loopback,10.0.0.0/8.",
    );
  }
}

/** Whether pods run, the same for every command that starts the embedded cluster. */
export function containersOption(): Option {
  return new Option(
    "--containers <choice>",
    "whether pods of the embedded cluster run real processes, for the images Lectern has (default: auto, which is on as root with bubblewrap and busybox-static)",
  )
    .choices(CONTAINERS_CHOICES)
    .default("auto");
}

function protocolOf(value: string): string {
  try {
    return new URL(value).protocol;
  } catch {
    return "";
  }
}
