/** Has the browser save a text as a file of that name; `type` is its media type. */
export function saveText(text: string, name: string, type: string): void {
  save(new Blob([text], { type }), name);
}

/** The same with bytes. */
export function saveBytes(bytes: Blob, name: string): void {
  save(bytes, name);
}

function save(content: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
