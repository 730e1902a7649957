import { useState, type ReactElement } from "react";
import { Button } from "react-aria-components";
import type { DiskView } from "../../common/instructor-api.js";
import { api } from "../api/api-client.js";
import { Confirm } from "../parts/confirm.js";
import { Icon } from "../parts/icon.js";

/** Says that nothing new is begun because the disk is full, which sessions fill it, and lets them be ended. */
export function FullDisk({ disk }: { disk: DiskView }): ReactElement | null {
  const [ending, setEnding] = useState<string>();
  if (!disk.isFull) return null;
  return (
    <section className="notice notice--danger" role="alert" aria-label="The disk is full">
      <Icon name="warning" />
      <div className="full-disk__text">
        <strong>The disk is full.</strong> No session and no step is begun until there is room; what runs goes
        on.
        {disk.largest.length > 0 && (
          <ul className="full-disk__sessions" aria-label="Sessions that take most">
            {disk.largest.map(({ session, bytes }) => (
              <li key={session}>
                <span className="session-table__id">{session}</span> {sizeWords(bytes)}
                <Button
                  className="button button--small"
                  aria-label={`End ${session}`}
                  onPress={() => setEnding(session)}
                >
                  End…
                </Button>
              </li>
            ))}
          </ul>
        )}
      </div>
      <Confirm
        isOpen={ending !== undefined}
        title={`End session ${ending ?? ""}?`}
        action="End session"
        onConfirm={async () => void (ending && (await api.endSession(ending)))}
        onClose={() => setEnding(undefined)}
      >
        Its namespace, files and terminals are deleted. What the learner has not taken away is gone.
      </Confirm>
    </section>
  );
}

const UNITS = ["bytes", "KiB", "MiB", "GiB", "TiB"] as const;
const STEP = 1024;

/** `812 MiB`. */
export function sizeWords(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log(bytes) / Math.log(STEP)));
  return `${Math.round(bytes / STEP ** power)} ${UNITS[power]}`;
}
