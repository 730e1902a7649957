import { providePackage } from "./debian-packages.js";
import { findChromium, findHeadlessShell } from "./programs.js";

/** Makes sure that there is a Chromium, the one without windows where it can be had; returns what is missing, as one sentence. */
export async function provideChromium(): Promise<string | undefined> {
  const missing = await providePackage("chromium-headless-shell", findHeadlessShell);
  return findChromium() === undefined ? missing : undefined;
}
