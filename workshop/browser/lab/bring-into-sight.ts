/** Scrolls to an element of the page's text; what is folded around it, or stands under another tab, is opened first. */
export function bringIntoSight(element: Element | null | undefined, options?: ScrollIntoViewOptions): void {
  for (let around = element?.parentElement; around; around = around.parentElement) {
    if (around instanceof HTMLDetailsElement) around.open = true;
    else if (around.role === "tabpanel" && around instanceof HTMLElement && around.hidden)
      document.getElementById(around.getAttribute("aria-labelledby") ?? "")?.click();
  }
  element?.scrollIntoView(options);
}
