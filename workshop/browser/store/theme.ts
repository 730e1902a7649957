import { useEffect, useState } from "react";
import { readPreference, usePreference } from "./preferences.js";

export type Theme = "light" | "dark";
export type ThemeChoice = Theme | "system";

const NEXT: Record<ThemeChoice, ThemeChoice> = { system: "light", light: "dark", dark: "system" };

/** Puts the remembered choice on the document before the first paint. */
export function applyRememberedTheme(): void {
  applyTheme(asChoice(readPreference("theme")));
}

/** The choice, the theme it means now, and a function that goes on to the next choice. */
export function useTheme(): { choice: ThemeChoice; theme: Theme; next: () => void } {
  const [remembered, remember] = usePreference("theme");
  const choice = asChoice(remembered);
  const system = useSystemTheme();
  useEffect(() => applyTheme(choice), [choice]);
  return {
    choice,
    theme: choice === "system" ? system : choice,
    next: () => remember(NEXT[choice] === "system" ? undefined : NEXT[choice]),
  };
}

function useSystemTheme(): Theme {
  const [query] = useState(() => matchMedia("(prefers-color-scheme: dark)"));
  const [isDark, setIsDark] = useState(query.matches);
  useEffect(() => {
    const changed = (): void => setIsDark(query.matches);
    query.addEventListener("change", changed);
    return () => query.removeEventListener("change", changed);
  }, [query]);
  return isDark ? "dark" : "light";
}

function applyTheme(choice: ThemeChoice): void {
  if (choice === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = choice;
}

function asChoice(value: string | undefined): ThemeChoice {
  return value === "light" || value === "dark" ? value : "system";
}
