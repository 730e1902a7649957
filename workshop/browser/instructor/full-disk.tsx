import type { ReactElement } from "react";
import type { DiskView } from "../../common/instructor-api.js";
import { Icon } from "../parts/icon.js";
import { LargestSessions } from "./largest-sessions.js";

/** Says that nothing new is begun because the disk is full, which sessions fill it, and lets them be ended. */
export function FullDisk({ disk }: { disk: DiskView }): ReactElement | null {
  if (!disk.isFull) return null;
  return (
    <section className="notice notice--danger" role="alert" aria-label="The disk is full">
      <Icon name="warning" />
      <div className="used-up">
        <strong>The disk is full.</strong> No session and no step is begun until there is room; what runs goes
        on.
        <LargestSessions sessions={disk.largest} />
      </div>
    </section>
  );
}
