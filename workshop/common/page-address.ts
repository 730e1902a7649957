import type { LabPage } from "./lab.js";
import { labelOf } from "./page-name.js";

/** The page a relative link of a page leads to: by its path beside that page, by its path in the lab, or by its name. */
export function linkedPage<Page extends Pick<LabPage, "name" | "file">>(
  lab: { pages: readonly Page[] },
  from: Pick<LabPage, "file">,
  address: string,
): Page | undefined {
  const [path = ""] = addressAsWritten(address).split(/[#?]/, 1);
  const wanted = withoutEnding(path);
  const beside = joined(from.file, wanted);
  const name = labelOf(wanted.split("/").at(-1) ?? "");
  return (
    lab.pages.find(({ file }) => withoutEnding(file) === beside) ??
    lab.pages.find(({ file }) => withoutEnding(file) === wanted) ??
    lab.pages.find((page) => page.name === name && wanted !== "")
  );
}

/** The address of the page, with the place in it that the link names. */
export function linkAddress(address: string, url: string): string {
  const at = address.indexOf("#");
  return at < 0 ? url : `${url}${address.slice(at)}`;
}

/** A page in a folder of its own is called as the folder; addresses of sites end in a slash. */
function withoutEnding(path: string): string {
  return path
    .replace(/\/$/, "")
    .replace(/\.(?:md|adoc|html)$/, "")
    .replace(/\/index$/, "");
}

function joined(file: string, path: string): string {
  const parts = file.split("/").slice(0, -1);
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "." && part !== "") parts.push(part);
  }
  return parts.join("/");
}

/** An address as its author wrote it; as it stands where it cannot be decoded: then it leads nowhere. */
export function addressAsWritten(address: string): string {
  try {
    return decodeURI(address);
  } catch {
    return address;
  }
}

/** The same within a sentence; as it stands where what it decodes to would end a line, move a cursor or not be seen. */
export function addressInWords(address: string): string {
  const written = addressAsWritten(address);
  return /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(written) ? address : written;
}
