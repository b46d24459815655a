// Owns search within a list: a GET form, so that the search is in the address and works without JavaScript.
import { Form } from "@remix-run/react";
import { clsx } from "clsx";
import Search from "lucide-react/icons/search";
import { controlClass } from "./input.tsx";

export interface SearchFieldProps {
  /** What is searched, for example "Search conversations". Read out, and shown while empty. */
  label: string;
  defaultValue?: string | undefined;
  name?: string | undefined;
  /** Other parameters of the address to keep, such as filters. The page number isn't one of them. */
  keep?: Record<string, string | null | undefined> | undefined;
  className?: string | undefined;
  /** Keeps the page where it is, for a list further down. */
  stay?: boolean | undefined;
}

export function SearchField({ label, defaultValue = "", name = "q", keep = {}, className, stay }: SearchFieldProps) {
  return (
    <Form
      method="get"
      role="search"
      preventScrollReset={stay ?? false}
      className={clsx("relative", className ?? "w-full sm:max-w-xs")}
    >
      <Search aria-hidden className="pointer-events-none absolute top-1/2 left-3 size-4 -translate-y-1/2 text-muted" />
      <input
        key={defaultValue}
        type="search"
        name={name}
        defaultValue={defaultValue}
        aria-label={label}
        placeholder={label}
        autoComplete="off"
        className={clsx(controlClass, "min-h-10 pl-9")}
      />
      {Object.entries(keep).map(([key, value]) =>
        value ? <input key={key} type="hidden" name={key} value={value} /> : null,
      )}
    </Form>
  );
}
