import type { JsonObject } from "../api/field-access.js";
import { asText, recordAt, recordsAt } from "../api/field-access.js";
import { ipAddress } from "../validation/addresses.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { dnsSubdomain, dnsSubdomainOrUnderscore } from "../validation/names.js";

const MAX_SERVERS = 3;
const MAX_SEARCHES = 32;
const MAX_SEARCH_CHARACTERS = 2048;

/** Adds what is wrong with how a pod finds names. */
export function validatePodNames(spec: JsonObject, path: string, errors: FieldErrors): void {
  const config = recordAt(spec, "dnsConfig");
  if (isComplete(spec, `${path}.dnsConfig`, errors) && config !== undefined)
    validateDnsConfig(config, `${path}.dnsConfig`, errors);
  recordsAt(spec, "hostAliases").forEach(({ ip, hostnames }, i) => {
    const at = `${path}.hostAliases[${i}]`;
    for (const text of ipAddress(asText(ip))) errors.invalid(`${at}.ip`, asText(ip), text);
    textsOf(hostnames).forEach((name, j) => {
      for (const text of dnsSubdomain(name)) errors.invalid(`${at}.hostnames[${j}]`, name, text);
    });
  });
}

function textsOf(list: unknown): string[] {
  return Array.isArray(list) ? list.map((each) => asText(each)) : [];
}

/** Whether a pod that takes names from nobody says where it takes them from. */
function isComplete(spec: JsonObject, field: string, errors: FieldErrors): boolean {
  if (spec["dnsPolicy"] !== "None") return true;
  const config = recordAt(spec, "dnsConfig");
  if (config === undefined) {
    errors.required(field, "must provide `dnsConfig` when `dnsPolicy` is None");
    return false;
  }
  if (textsOf(config["nameservers"]).length > 0) return true;
  const why = "must provide at least one DNS nameserver when `dnsPolicy` is None";
  errors.required(`${field}.nameservers`, why);
  return false;
}

function validateDnsConfig(config: JsonObject, field: string, errors: FieldErrors): void {
  const [servers, searches] = [textsOf(config["nameservers"]), textsOf(config["searches"])];
  const tooMany = (list: string, values: string[], limit: string): void =>
    errors.invalid(`${field}.${list}`, values, `must not have more than ${limit}`);
  if (servers.length > MAX_SERVERS) tooMany("nameservers", servers, `${MAX_SERVERS} nameservers`);
  servers.forEach((server, i) => {
    for (const text of ipAddress(server)) errors.invalid(`${field}.nameservers[${i}]`, server, text);
  });
  if (searches.length > MAX_SEARCHES) tooMany("searches", searches, `${MAX_SEARCHES} search paths`);
  if (searches.join(" ").length > MAX_SEARCH_CHARACTERS) {
    const limit = `${MAX_SEARCH_CHARACTERS} characters (including spaces) in the search list`;
    tooMany("searches", searches, limit);
  }
  searches.forEach((search, i) => {
    const name = search.replace(/\.$/, "");
    for (const text of search === "." ? [] : dnsSubdomainOrUnderscore(name))
      errors.invalid(`${field}.searches[${i}]`, name, text);
  });
  recordsAt(config, "options").forEach(({ name }, i) => {
    if (asText(name) === "") errors.required(`${field}.options[${i}]`, "must not be empty");
  });
}
