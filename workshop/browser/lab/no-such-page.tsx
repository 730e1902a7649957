import type { ReactElement } from "react";
import { Link } from "../parts/link.js";
import { useLab } from "./lab-context.js";

/** An address that names a page the lab does not have, and the pages it has. */
export function NoSuchPage(): ReactElement {
  const { session, page, pageRoute } = useLab();
  return (
    <article className="reading__column">
      <h1 className="reading__title">There is no page “{page}” in this lab</h1>
      <p>The address may have been typed wrongly, or the lab was changed. These are its pages:</p>
      <ol>
        {session.pages.map(({ name, title }) => (
          <li key={name}>
            <Link to={pageRoute(name)}>{title}</Link>
          </li>
        ))}
      </ol>
    </article>
  );
}
