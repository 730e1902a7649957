import { ingressAddress } from "../imported-text.js";

const TRAFFIC = /\{\{TRAFFIC_HOST\d{1,2}_(\d{1,5})\}\}/g;
/** With its domain, or in an installation that had another. */
const KATACODA =
  /(?:https?:\/\/)?\[\[[A-Z]{1,20}_SUBDOMAIN\]\]-(\d{1,5})-\[\[(?:[A-Z]{1,20}_)?HOST\]\](?:\.environments\.katacoda\.com|\.\[\[KATACODA_DOMAIN\]\])?/g;

/** A line with the addresses of the learner's machine as those of ingresses of the lab; `ports` gains what they lead to. */
export function withIngresses(line: string, ports: Set<number>): string {
  const address = (_written: string, digits: string): string => {
    const port = Number(digits);
    ports.add(port);
    return ingressAddress(port);
  };
  return line.replaceAll(TRAFFIC, address).replaceAll(KATACODA, address);
}

/** At most 200 characters between the brackets: a link's words, and no search without end. */
const SELECTOR = /\[([^[\]]{1,200})\]\(\{\{ ?TRAFFIC_SELECTOR ?\}\}\)/g;
const SELECTOR_TAG = /<a [^<>{}]{0,200}\{\{ ?TRAFFIC_SELECTOR ?\}\}[^<>{}]{0,200}>([^<>]{1,200})<\/a>/g;
const ANY_SELECTOR = /\{\{ ?TRAFFIC_SELECTOR ?\}\}/;

/** A line with links to the page on which a port is chosen as their words alone, for there is no such page here. */
export function withoutPortPage(line: string): string {
  if (!namesPortPage(line)) return line;
  return line.replaceAll(SELECTOR, "**$1**").replaceAll(SELECTOR_TAG, "<strong>$1</strong>");
}

/** Whether a line speaks of that page. */
export function namesPortPage(line: string): boolean {
  return ANY_SELECTOR.test(line);
}
