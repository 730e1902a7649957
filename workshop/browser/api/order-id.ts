const ORDER_ID_BYTES = 12;

/** A new id by which the server knows an order that is given again because its answer was lost; `randomUUID` is there on pages over TLS alone. */
export function newOrderId(): string {
  return [...crypto.getRandomValues(new Uint8Array(ORDER_ID_BYTES))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}
