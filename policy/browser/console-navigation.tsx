import type { ReactElement } from "react";
import type { ConsoleRoute } from "./console-route.js";

interface Props {
  current: ConsoleRoute;
  goTo: (route: ConsoleRoute) => void;
}

const PLACES: { name: string; route: ConsoleRoute }[] = [
  { name: "Workspaces", route: { page: "workspaces" } },
  { name: "Namespaces", route: { page: "namespaces" } },
  { name: "Clusters", route: { page: "clusters" } },
  { name: "Activity", route: { page: "activity" } },
];

/** The console's left navigation: Policies > Assignments > Image registry, then the places policies act on. */
export function ConsoleNavigation({ current, goTo }: Props): ReactElement {
  return (
    <nav className="console__navigation" aria-label="Console">
      <div className="console__places">
        <p className="console__group" id="console-policies">
          Policies <span className="console__subgroup">Assignments</span>
        </p>
        <ul aria-labelledby="console-policies">
          <Entry
            name="Image registry"
            isCurrent={current.page === "image-registry"}
            onPress={() => goTo({ page: "image-registry", side: "workspaces" })}
          />
        </ul>
        <p className="console__group" id="console-places">
          Places
        </p>
        <ul aria-labelledby="console-places">
          {PLACES.map(({ name, route }) => (
            <Entry
              key={name}
              name={name}
              isCurrent={current.page === route.page}
              onPress={() => goTo(route)}
            />
          ))}
        </ul>
      </div>
    </nav>
  );
}

function Entry({ name, isCurrent, onPress }: { name: string; isCurrent: boolean; onPress: () => void }) {
  return (
    <li>
      <button
        type="button"
        className="console__entry"
        aria-current={isCurrent ? "page" : undefined}
        onClick={onPress}
      >
        {name}
      </button>
    </li>
  );
}
