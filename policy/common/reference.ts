/** The parts of an image reference once normalised: `busybox` is `docker.io`, `library/busybox`, `latest`. */
export interface ImageReference {
  /** As written, upper case kept; empty for the odd names the reference parser gives no domain (`foo_bar.com/app`). */
  host: string;
  /** Digits, or empty. */
  port: string;
  path: string;
  /** As written; empty without one. */
  tag: string;
  /** `sha256:...`, or empty. */
  digest: string;
  /** The tag a kubelet asks for: `latest` when there is neither tag nor digest. */
  effectiveTag: string;
}
