// Owns what one sees of an organisation that is deleted: until when it can be brought back, by whom, and the way on.
import { Form } from "@remix-run/react";
import { paths } from "#app/paths.ts";
import { Button, LinkButton } from "../button.tsx";
import { FocusShell } from "../focus-shell.tsx";
import { FormMessage } from "../form/form-message.tsx";
import { usePending } from "../form/pending.ts";
import { SignOutButton } from "../sign-out-button.tsx";

export interface DeletedOrganisationProps {
  tenant: {
    name: string;
    role: string;
    timeZone: string;
    eraseAt: Date;
    erasing: boolean;
    deletedBy: "member" | "staff" | "system";
    placedAt: Date;
  };
  mayRestore: boolean;
  /** How many other organisations the person belongs to. */
  others: number;
  email: string;
  errors: string[] | undefined;
}

const WHO = {
  member: "One of its owners deleted it",
  staff: "Our staff deleted it",
  system: "It was deleted, as its plan had ended and nobody chose another,",
} as const;

const DAY = { day: "numeric", month: "long", year: "numeric" } as const;

export function DeletedOrganisation({ tenant, mayRestore, others, email, errors }: DeletedOrganisationProps) {
  const { name, timeZone, erasing, deletedBy } = tenant;
  const pending = usePending("restore");
  const on = (at: Date) => new Intl.DateTimeFormat("en-GB", { ...DAY, timeZone }).format(new Date(at));
  const title = erasing
    ? "This organisation is being erased"
    : `This organisation will be erased on ${on(tenant.eraseAt)}`;
  return (
    <FocusShell
      title={title}
      intro={<span className="break-all">Signed in as {email}</span>}
      footer={<SignOutButton />}
    >
      <div className="mb-4 empty:hidden">
        <FormMessage errors={errors} />
      </div>
      <p className="text-base font-semibold wrap-anywhere">{name}</p>
      <p className="mt-1.5 text-muted">
        {WHO[deletedBy]} on {on(tenant.placedAt)}. Its front desk is closed and its keys don't work any more.
      </p>
      <p className="mt-3 text-muted">{wayBack(tenant, mayRestore)}</p>
      <div className="mt-5 grid gap-3">
        {mayRestore ? (
          <Form method="post">
            <Button type="submit" variant="primary" name="intent" value="restore" pending={pending} className="w-full">
              Restore the organisation
            </Button>
          </Form>
        ) : null}
        <LinkButton to={others > 0 ? paths.switchTenant() : paths.newOrganisation()} className="w-full">
          {others > 0 ? "Your other organisations" : "Set up another organisation"}
        </LinkButton>
      </div>
    </FocusShell>
  );
}

function wayBack({ eraseAt, timeZone, erasing, deletedBy }: DeletedOrganisationProps["tenant"], may: boolean): string {
  if (erasing) return "The time to bring it back is over.";
  const time = { ...DAY, hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone } as const;
  const moment = `${new Intl.DateTimeFormat("en-GB", time).format(new Date(eraseAt))} (${timeZone.replaceAll("_", " ")})`;
  if (deletedBy === "staff") return `Please write to us before ${moment} if you think that is a mistake.`;
  if (!may) return `An owner of it can bring it back until ${moment}.`;
  return `You can bring it back until ${moment}: its address opens again and nothing is lost. If its subscription was cancelled with it, take that back under Billing.`;
}
