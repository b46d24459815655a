// Owns the filters of the list of leads: words, stage, owner, trouble. All of them stand in the address.
import { Form, useSubmit } from "@remix-run/react";
import { Button } from "../button.tsx";
import { FilterLinks } from "../filter-links.tsx";
import { SearchField } from "../search-field.tsx";
import { Select } from "../select.tsx";

export interface LeadFilterView {
  q?: string | undefined;
  stage?: string | undefined;
  owner?: string | undefined;
  trouble?: string | undefined;
  sort?: string | undefined;
}

export interface LeadFiltersProps {
  filter: LeadFilterView;
  stages: readonly string[];
  owners: readonly string[];
}

const TROUBLE = [
  { value: "", label: "Any" },
  { value: "1", label: "In trouble" },
];

export function LeadFilters({ filter, stages, owners }: LeadFiltersProps) {
  const { q, stage, owner, trouble, sort } = filter;
  return (
    <>
      <SearchField
        label="Search company, address or contact"
        defaultValue={q}
        keep={{ stage, owner, trouble, sort }}
        className="w-full lg:max-w-xs"
      />
      <Choices stage={stage} owner={owner} stages={stages} owners={owners} keep={{ q, trouble, sort }} />
      <FilterLinks label="Trouble" name="trouble" options={TROUBLE} />
    </>
  );
}

interface ChoicesProps extends Pick<LeadFiltersProps, "stages" | "owners"> {
  stage: string | undefined;
  owner: string | undefined;
  keep: Record<string, string | undefined>;
}

/** With JavaScript a choice shows at once; without, the button does it. */
function Choices({ stage = "", owner = "", stages, owners, keep }: ChoicesProps) {
  const submit = useSubmit();
  return (
    <Form
      method="get"
      className="flex w-full min-w-0 flex-wrap items-center gap-2 sm:w-auto"
      onChange={(event) => submit(event.currentTarget, { preventScrollReset: true })}
    >
      {Object.entries(keep).map(([name, value]) =>
        value ? <input key={name} type="hidden" name={name} value={value} /> : null,
      )}
      <Select
        key={`stage-${stage}`}
        name="stage"
        aria-label="Stage"
        defaultValue={stage}
        placeholder="Any stage"
        options={withPresent(stages, stage)}
        className="min-w-0 flex-1 sm:w-40 sm:flex-none"
      />
      <Select
        key={`owner-${owner}`}
        name="owner"
        aria-label="Owner"
        defaultValue={owner}
        placeholder="Any owner"
        options={[{ value: "-", label: "Nobody" }, ...withPresent(owners, owner === "-" ? "" : owner)]}
        className="min-w-0 flex-1 sm:w-44 sm:flex-none"
      />
      <noscript>
        <Button type="submit" size="sm">
          Show
        </Button>
      </noscript>
    </Form>
  );
}

const withPresent = (names: readonly string[], present: string) =>
  (present === "" || names.includes(present) ? names : [...names, present]).map((name) => ({
    value: name,
    label: name,
  }));
