import type { ReactElement } from "react";
import { Icon, type IconName } from "../parts/icon.js";
import { useLab } from "./lab-context.js";
import { tabIcon, tabsOf } from "./work/tabs.js";
import "./narrow-switch.css";

interface Props {
  view: "text" | "work";
  tab: string;
  onView: (view: "text" | "work") => void;
}

/** The bar at the bottom of a narrow screen: text, terminal, console. */
export function NarrowSwitch({ view, tab, onView }: Props): ReactElement {
  const lab = useLab();
  return (
    <nav className="narrow-switch" aria-label="What is shown">
      <Choice icon="text" name="Text" isChosen={view === "text"} onPress={() => onView("text")} />
      {tabsOf(lab.session).map(({ name, view: shows }) => (
        <Choice
          key={name}
          icon={tabIcon({ name, ...(shows && { view: shows }) })}
          name={name}
          isChosen={view === "work" && tab === name}
          onPress={() => lab.showTab(name)}
        />
      ))}
    </nav>
  );
}

interface ChoiceProps {
  icon: IconName;
  name: string;
  isChosen: boolean;
  onPress: () => void;
}

function Choice({ icon, name, isChosen, onPress }: ChoiceProps): ReactElement {
  return (
    <button
      className="narrow-switch__choice"
      type="button"
      aria-pressed={isChosen}
      ref={isChosen ? bringIntoSight : null}
      onClick={onPress}
    >
      <Icon name={icon} size={18} />
      <span className="narrow-switch__name">{name}</span>
    </button>
  );
}

function bringIntoSight(choice: HTMLElement | null): void {
  choice?.scrollIntoView({ inline: "nearest", block: "nearest" });
}
