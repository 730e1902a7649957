import { ingressAddress } from "../../common/imported-text.js";
import type { TrackTab } from "../../common/instruqt/track.js";
import type { ImportedLab } from "./imported-lab.js";

/** One of the track's own machines has a name that holds what is filled in (`${_SANDBOX_ID}`). */
const PUBLIC_ADDRESS = /^https?:\/\/[^$]+$/;

/** The tabs that the challenges of a track name, each once: a lab's tabs are there on all its pages. */
export class TrackTabs {
  readonly dashboards: { name: string; url: string }[] = [];
  hasEditor = false;
  readonly #lab: ImportedLab;

  constructor(lab: ImportedLab) {
    this.#lab = lab;
  }

  take({ type, title, port, path = "/", url }: TrackTab, file: string): void {
    if (type === "terminal") return;
    if (type === "code") {
      this.hasEditor = true;
      return;
    }
    if (type === "service" && port !== undefined && port > 0) {
      this.#lab.ports.add(port);
      this.#add(title, `${ingressAddress(port)}${path.startsWith("/") ? path : `/${path}`}`);
    } else if (url !== undefined && PUBLIC_ADDRESS.test(url)) this.#add(title, url);
    else
      this.#lab.say(
        { file, fidelity: "lacking", action: type },
        `the tab ${title} of the type ${type} is left out`,
        "Give the lab a dashboard in its place, or say in the page where to look",
      );
  }

  #add(name: string, url: string): void {
    if (!this.dashboards.some((dashboard) => dashboard.name === name)) this.dashboards.push({ name, url });
  }
}
