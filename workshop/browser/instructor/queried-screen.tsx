import type { UseQueryResult } from "@tanstack/react-query";
import { useEffect, useState, type ReactElement, type ReactNode } from "react";
import { Button } from "react-aria-components";
import { ApiError } from "../errors.js";
import { NO_LOGIN_COOKIES } from "../api/cookies.js";
import { TopBar } from "../parts/top-bar.js";
import { Login } from "./login.js";
import "./instructor.css";

export interface QueriedScreenProps<Data> {
  /** Of the browser's tab, without the product. */
  title: string;
  className: string;
  query: Pick<UseQueryResult<Data>, "data" | "error" | "refetch">;
  /** Whether who is not signed in is asked to log in here; others are told why they see nothing. */
  hasLogin?: boolean;
  children: (data: Data) => ReactNode;
}

/** A screen of its own that shows one answer of the server, or that it is on its way, or why there is none and how to go on. */
export function QueriedScreen<Data>(props: QueriedScreenProps<Data>): ReactElement {
  const { title, className, hasLogin = true, children } = props;
  const { data, error, refetch } = props.query;
  useEffect(() => {
    document.title = `${title} · Lectern`;
  }, [title]);
  // The log-in goes from the screen while it is asked again.
  const [notIn, setNotIn] = useState<string>();
  const isLogin = hasLogin && isUnauthorized(error);
  async function enter(): Promise<string | undefined> {
    const again = await refetch();
    const why = isUnauthorized(again.error) ? NO_LOGIN_COOKIES : undefined;
    setNotIn(why);
    return why;
  }
  return (
    <>
      <TopBar />
      <main className={`instructor ${className}`}>
        {isLogin && <Login key={notIn} {...(notIn && { message: notIn })} onEntered={enter} />}
        {error && !isLogin && (
          <div className="notice notice--warning" role="alert">
            <span>{error.message}</span>
            <Button className="button button--small" onPress={() => void refetch()}>
              Try again
            </Button>
          </div>
        )}
        {data !== undefined && !error && children(data)}
        {data === undefined && !error && <div className="skeleton instructor__skeleton" aria-busy="true" />}
      </main>
    </>
  );
}

function isUnauthorized(error: unknown): boolean {
  return error instanceof ApiError && error.status === 401;
}
