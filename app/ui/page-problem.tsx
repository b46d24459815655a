// Owns what stands in a page's place when it failed, inside of the app's frame: what happened, and another try.
import { useRevalidator, useRouteError } from "@remix-run/react";
import CircleAlert from "lucide-react/icons/circle-alert";
import { Button, LinkButton } from "./button.tsx";
import { EmptyState } from "./empty-state.tsx";
import { describeError } from "./error-page.tsx";

export function PageProblem() {
  const { title, detail, next } = describeError(useRouteError());
  const { state, revalidate } = useRevalidator();
  return (
    <div className="rounded border border-line bg-surface">
      <EmptyState
        icon={<CircleAlert />}
        title={title}
        action={
          next.href === "" ? (
            <Button pending={state === "loading"} onClick={revalidate}>
              {next.label}
            </Button>
          ) : (
            <LinkButton to={next.href}>{next.label}</LinkButton>
          )
        }
      >
        {detail}
      </EmptyState>
    </div>
  );
}
