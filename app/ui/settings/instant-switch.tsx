// Owns a switch that takes effect as soon as it is touched: it shows what was chosen while that is being saved, and goes
// back, with the reason, where it couldn't be.
import { useFetcher } from "@remix-run/react";
import { type ReactNode, useId } from "react";
import { Button } from "../button.tsx";
import { Switch } from "../switch.tsx";

export interface InstantSwitchProps {
  label: ReactNode;
  /** Null for a switch whose words stand beside it already. */
  hint?: ReactNode;
  checked: boolean;
  disabled?: boolean | undefined;
  /** By which others on the page learn, with `useFetcher`, what was answered. */
  fetcherKey?: string | undefined;
  /** Sent beside `on`: "true" or "false". */
  fields: Readonly<Record<string, string>>;
}

export interface SwitchReply {
  result?: { error?: Record<string, string[] | null> | null } | null;
}

export function InstantSwitch({ label, hint, checked, disabled = false, fetcherKey, fields }: InstantSwitchProps) {
  const fetcher = useFetcher<SwitchReply>(fetcherKey === undefined ? {} : { key: fetcherKey });
  const errorId = useId();
  const sent = fetcher.formData?.get("on");
  const shown = fetcher.formData ? sent === "true" : checked;
  const errors = fetcher.state === "idle" ? Object.values(fetcher.data?.result?.error ?? {}).flat() : [];
  const problem = errors.find((error) => error !== null);
  return (
    <fetcher.Form method="post">
      {Object.entries(fields).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <Switch
        label={label}
        hint={hint}
        name="on"
        value="true"
        checked={shown}
        disabled={disabled}
        {...(problem && { "aria-describedby": errorId })}
        onChange={(event) => fetcher.submit({ ...fields, on: String(event.currentTarget.checked) }, { method: "post" })}
      />
      {problem ? (
        <p id={errorId} role="alert" className="mt-2 text-danger-ink">
          {problem}
        </p>
      ) : null}
      {disabled ? null : (
        <noscript>
          <Button type="submit" size="sm" className="mt-2">
            Save
          </Button>
        </noscript>
      )}
    </fetcher.Form>
  );
}
