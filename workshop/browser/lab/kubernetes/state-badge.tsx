import type { ReactElement } from "react";
import type { ObjectRow, RowState } from "../../../common/kubernetes-view.js";
import { Icon, type IconName } from "../../parts/icon.js";

const ICONS: Readonly<Record<RowState, IconName | undefined>> = {
  ok: "tick",
  done: "tick",
  waiting: "clock",
  failed: "cross",
  ending: "end",
  none: undefined,
};

/** How an object is, in its words; the colour says it again. */
export function StateBadge({ row, isGone }: { row: ObjectRow; isGone: boolean }): ReactElement {
  const icon = isGone ? undefined : ICONS[row.state];
  return (
    <span className="kube-state" data-state={isGone ? "none" : row.state}>
      {icon && <Icon name={icon} size={14} />}
      <span className="kube-state__words">{isGone ? "gone" : row.status}</span>
    </span>
  );
}
