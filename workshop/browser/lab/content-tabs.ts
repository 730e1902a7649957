let sets = 0;

/** Makes tabs of boxes that belong together: one is shown at a time, by a press or by the arrow keys. */
export function prepareTabs(root: HTMLElement): void {
  for (const set of root.querySelectorAll<HTMLElement>("div.tabs:not([data-tabs])")) {
    // A box of the same class that an author wrote is something else.
    const boxes = [...set.children];
    if (boxes.length === 0 || !boxes.every((box) => box.matches("details.tab"))) continue;
    sets += 1;
    set.dataset["tabs"] = String(sets);
    makeTabs(set);
  }
}

interface Tab {
  button: HTMLButtonElement;
  panel: HTMLElement;
}

function makeTabs(set: HTMLElement): void {
  const boxes = [...set.children].filter((child) => child instanceof HTMLDetailsElement);
  const shown = Math.max(
    0,
    boxes.findIndex((box) => box.open),
  );
  const tabs = boxes.map((box, at) => tabOf(box, `tab-${set.dataset["tabs"]}-${at}`));
  const list = document.createElement("div");
  list.className = "tabs__list prose-tabs__list";
  list.setAttribute("role", "tablist");
  list.append(...tabs.map(({ button }) => button));
  set.replaceChildren(list, ...tabs.map(({ panel }) => panel));
  for (const [at, { button }] of tabs.entries()) {
    button.addEventListener("click", () => show(tabs, at));
    button.addEventListener("keydown", (event) => {
      const to = event.altKey ? undefined : target(event.key, at, tabs.length);
      if (to === undefined) return;
      event.preventDefault();
      show(tabs, to);
      tabs[to]?.button.focus();
    });
  }
  show(tabs, shown);
}

function tabOf(box: HTMLDetailsElement, id: string): Tab {
  const [button, panel] = [document.createElement("button"), document.createElement("div")];
  const title = box.querySelector(":scope > summary");
  button.type = "button";
  button.id = id;
  button.className = "tabs__tab";
  button.setAttribute("role", "tab");
  button.setAttribute("aria-controls", `${id}-panel`);
  button.append(...(title?.childNodes ?? []));
  title?.remove();
  panel.id = `${id}-panel`;
  panel.className = "prose-tabs__panel";
  panel.setAttribute("role", "tabpanel");
  panel.setAttribute("aria-labelledby", id);
  panel.append(...box.childNodes);
  return { button, panel };
}

function show(tabs: readonly Tab[], shown: number): void {
  for (const [at, { button, panel }] of tabs.entries()) {
    button.setAttribute("aria-selected", String(at === shown));
    button.tabIndex = at === shown ? 0 : -1;
    panel.hidden = at !== shown;
  }
}

/** Where a key leads from a tab; to no other for keys of no meaning here. Source: ARIA Authoring Practices, tabs. */
function target(key: string, at: number, count: number): number | undefined {
  if (key === "ArrowRight") return (at + 1) % count;
  if (key === "ArrowLeft") return (at + count - 1) % count;
  if (key === "Home") return 0;
  return key === "End" ? count - 1 : undefined;
}
