import { lazy, Suspense, type ComponentType, type ReactElement } from "react";
import { sessionApiPath } from "../../api/api-client.js";
import { navigate } from "../../store/navigation.js";
import { useLab } from "../lab-context.js";

interface ConsoleProps {
  apiBase: string;
  path: string;
  navigate: (path: string) => void;
}

const consoles = import.meta.glob<{ PolicyConsole: ComponentType<ConsoleProps> }>(
  "../../../../policy/browser/console.tsx",
);
const PolicyConsole = lazy(async (): Promise<{ default: ComponentType<ConsoleProps> }> => {
  const load = Object.values(consoles)[0];
  if (!load) return { default: Missing };
  return { default: (await load()).PolicyConsole };
});

/** The image-policy console, for the organization of this session. */
export function ConsoleTab({ path }: { path: string }): ReactElement {
  const { session } = useLab();
  return (
    <Suspense fallback={<div className="skeleton" aria-busy="true" aria-label="Loading the console" />}>
      <PolicyConsole
        apiBase={`${sessionApiPath(session.id)}/tmc/v1alpha1`}
        path={path}
        navigate={(next) =>
          navigate({ screen: "console", session: session.id, path: next.replace(/^\/+/, "") })
        }
      />
    </Suspense>
  );
}

function Missing(): ReactElement {
  return <p className="empty">The policy console is not part of this build.</p>;
}
