import type { TrackTab } from "./track.js";

type Say = (message: string, fidelity: "approximated" | "lacking") => void;

/** `[words](tab-0)`, `[words](tab://ID)` and `[button label="words"](tab-0)`; at most 200 characters between the brackets: no search without end. */
const TAB_LINK = /\[([^[\]]{1,200})\]\(tab(?:-|:\/\/)([^()\s]{1,200})\)/g;

/** Links to tabs are words in bold: tabs stand beside the page. Where the words do not say which one is meant, its name stands behind them. */
export function withoutTabLinks(line: string, tabs: readonly TrackTab[], say: Say): string {
  if (!line.includes("](tab")) return line;
  return line.replaceAll(TAB_LINK, (_whole, inner: string, id: string) => {
    const words = labelOf(inner);
    const tab = tabs.find((one) => one.id === id) ?? tabs[/^\d{1,3}$/.test(id) ? Number(id) : -1];
    if (!tab) {
      say(`a link to the tab ${id}, which the challenge does not have, is its words in bold`, "lacking");
      return `**${words}**`;
    }
    say("a link to a tab is its name in bold", "approximated");
    const name = nameHere(tab);
    return words.toLowerCase().includes(name.toLowerCase()) ? `**${words}**` : `**${words}** (tab ${name})`;
  });
}

/** What the tab is called here. */
function nameHere({ type, title }: TrackTab): string {
  if (type === "terminal") return "Terminal";
  return type === "code" ? "Editor" : title;
}

function labelOf(inner: string): string {
  if (!/^button\b/.test(inner)) return inner;
  return /\blabel=(?:"([^"]+)"|'([^']+)')/.exec(inner)?.slice(1).find(Boolean) ?? "the tab";
}
