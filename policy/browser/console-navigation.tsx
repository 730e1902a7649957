import type { ReactElement } from "react";
import type { ConsoleRoute } from "./console-route.js";

interface Props {
  current: ConsoleRoute;
  goTo: (route: ConsoleRoute) => void;
}

const ASSIGNMENTS: ConsoleRoute = { page: "image-registry", side: "workspaces" };

/** The pages that are reached from the assignments. */
const ASSIGNED = new Set<ConsoleRoute["page"]>(["image-registry", "access", "history"]);

const PLACES: { name: string; route: ConsoleRoute }[] = [
  { name: "Workspaces", route: { page: "workspaces" } },
  { name: "Namespaces", route: { page: "namespaces" } },
  { name: "Clusters", route: { page: "clusters" } },
  { name: "Activity", route: { page: "activity" } },
];

/** The console's left navigation: Policies with their Assignments and Insights, then the places policies act on. */
export function ConsoleNavigation({ current, goTo }: Props): ReactElement {
  return (
    <nav className="console__navigation" aria-label="Console">
      <ul className="console__places">
        <Entry name="Policies" onPress={() => goTo(ASSIGNMENTS)} />
        <Entry
          name="Assignments"
          isInner
          isCurrent={ASSIGNED.has(current.page)}
          onPress={() => goTo(ASSIGNMENTS)}
        />
        <Entry
          name="Insights"
          isInner
          isCurrent={current.page === "insights"}
          onPress={() => goTo({ page: "insights" })}
        />
        {PLACES.map(({ name, route }) => (
          <Entry key={name} name={name} isCurrent={current.page === route.page} onPress={() => goTo(route)} />
        ))}
      </ul>
    </nav>
  );
}

interface EntryProps {
  name: string;
  /** Below the entry before it. */
  isInner?: boolean;
  isCurrent?: boolean;
  onPress: () => void;
}

function Entry({ name, isInner = false, isCurrent = false, onPress }: EntryProps): ReactElement {
  return (
    <li>
      <button
        type="button"
        className={`console__entry${isInner ? " console__entry--inner" : ""}`}
        aria-current={isCurrent ? "page" : undefined}
        onClick={onPress}
      >
        {name}
      </button>
    </li>
  );
}
