import { createHash } from "node:crypto";
import { Transform, type TransformCallback } from "node:stream";
import { MAX_TAR_BYTES, sourceUnusable } from "./lab-origin.js";

/** Passes on the bytes of a blob, and fails with LAB_SOURCE_UNUSABLE where they are more than, or others than, were promised. */
export class VerifiedBytes extends Transform {
  readonly #promised: { digest: string; size: number; title: string };
  readonly #hash = createHash("sha256");
  #bytes = 0;

  constructor(promised: { digest: string; size: number; title: string }) {
    super();
    this.#promised = promised;
  }

  override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#promised.size) return done(this.#wrong());
    this.#hash.update(chunk);
    done(null, chunk);
  }

  override _flush(done: TransformCallback): void {
    const isPromised =
      this.#bytes === this.#promised.size && this.#hash.digest("hex") === this.#promised.digest;
    done(isPromised ? null : this.#wrong());
  }

  #wrong(): Error {
    const { digest, title } = this.#promised;
    return sourceUnusable(`The registry gives other bytes of ${title} than the layer sha256:${digest}.`);
  }
}

/** Passes on bytes until those of all tars of a lab together are too many, and fails with LAB_SOURCE_UNUSABLE then. */
export class BoundedBytes extends Transform {
  readonly #bound: { left: number };

  constructor(bound: { left: number }) {
    super();
    this.#bound = bound;
  }

  override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
    this.#bound.left -= chunk.length;
    if (this.#bound.left >= 0) return done(null, chunk);
    done(
      sourceUnusable(`The lab's layers are more than ${String(MAX_TAR_BYTES / 1024 / 1024)} MB unpacked.`),
    );
  }
}
