import type { ActionView } from "../../common/page-view.js";

/** The block that follows each one within what holds both, as a cascade goes on to it; folding sections changes nothing about it. */
export function followers(root: Element, actions: readonly ActionView[]): Map<string, ActionView> {
  const byStep = new Map(actions.map((action) => [action.step, action]));
  const lastIn = new Map<Element | null, string>();
  const next = new Map<string, ActionView>();
  for (const element of root.querySelectorAll<HTMLElement>("[data-step]")) {
    const action = byStep.get(element.dataset["step"] ?? "");
    if (!action || action.inline) continue;
    const container = containerOf(element);
    const before = lastIn.get(container);
    if (before !== undefined) next.set(before, action);
    lastIn.set(container, action.step);
  }
  return next;
}

function containerOf(element: Element): Element | null {
  let container = element.parentElement;
  while (container?.classList.contains("section-body")) container = container.parentElement;
  return container;
}

/** The blocks as readers have to see them: one that its author hid is shown where, as the page is laid out, nothing would run it. */
export function withReachedHidden(
  actions: readonly ActionView[],
  next: ReadonlyMap<string, ActionView>,
): ActionView[] {
  const reached = new Set(
    actions.flatMap(({ step, flow }) => (flow?.pauseMs === undefined ? [] : [next.get(step)?.step])),
  );
  return actions.map((action) => {
    const { flow, section, step } = action;
    if (!flow?.isHidden || flow.starts || section?.open || reached.has(step)) return action;
    const { isHidden: _isHidden, ...shown } = flow;
    return { ...action, flow: shown };
  });
}
