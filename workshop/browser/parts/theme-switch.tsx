import type { ReactElement } from "react";
import { useTheme } from "../store/theme.js";
import { IconButton } from "./icon-button.js";

const LOOKS = {
  system: { icon: "system", words: "as the system" },
  light: { icon: "sun", words: "light" },
  dark: { icon: "moon", words: "dark" },
} as const;

/** Goes from the system's theme to light, to dark and back. */
export function ThemeSwitch(): ReactElement {
  const { choice, next } = useTheme();
  return (
    <IconButton icon={LOOKS[choice].icon} label={`Theme: ${LOOKS[choice].words}. Change`} onPress={next} />
  );
}
