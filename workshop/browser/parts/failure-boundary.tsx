import { Component, type ReactNode } from "react";

interface Props {
  /** What is missing when it fails: `The console`. */
  what: string;
  children: ReactNode;
}

interface State {
  message: string | undefined;
}

/** Keeps a failure of one part from taking the whole page away; offers to show the part anew. */
export class FailureBoundary extends Component<Props, State> {
  override state: State = { message: undefined };

  static getDerivedStateFromError(error: unknown): State {
    return { message: error instanceof Error ? error.message : String(error) };
  }

  override render(): ReactNode {
    if (this.state.message === undefined) return this.props.children;
    return (
      <div className="notice notice--danger" role="alert">
        <span>
          {this.props.what} could not be shown: {this.state.message}
        </span>
        <button
          type="button"
          className="button button--small"
          onClick={() => this.setState({ message: undefined })}
        >
          Try again
        </button>
      </div>
    );
  }
}
