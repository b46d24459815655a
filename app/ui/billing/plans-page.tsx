// Owns the page that compares plans and says how to get from one to another, or out.
import { Form } from "@remix-run/react";
import { paths } from "#app/paths.ts";
import { Alert } from "../banner.tsx";
import { Button, LinkButton } from "../button.tsx";
import { Card } from "../card.tsx";
import { ConfirmButton } from "../confirm-button.tsx";
import { FormMessage } from "../form/form-message.tsx";
import { usePending } from "../form/pending.ts";
import { TimeText } from "../time-text.tsx";
import { PlanOffers, type PlanOffersProps } from "./plan-offers.tsx";
import { type FeatureView, PlanTable } from "./plan-table.tsx";
import { ResumeNotice, type ResumeView } from "./resume-notice.tsx";

export interface PlansPageProps extends PlanOffersProps {
  features: readonly FeatureView[];
  /** A purchase that was begun and can be finished. */
  resume: ResumeView | null;
  /** When what is paid for ends or renews; null where nothing is. */
  paidUntil: Date | null;
  /** When it ends, where it was cancelled. */
  endsAt: Date | null;
  timeZone: string;
  errors: string[] | undefined;
}

export function PlansPage({ features, resume, paidUntil, endsAt, timeZone, errors, ...offers }: PlansPageProps) {
  const { plans, current, contract, owing, editable, sells, contact } = offers;
  return (
    <div className="grid grid-cols-1 gap-8">
      <FormMessage errors={errors} />
      {resume && editable ? (
        <ResumeNotice resume={resume}>Nothing was charged yet. You can also choose another plan below.</ResumeNotice>
      ) : null}
      {sells ? null : (
        <Alert tone="warning">
          Payments aren't set up here yet. Write to us at{" "}
          <a href={`mailto:${contact}`} className="underline underline-offset-2">
            {contact}
          </a>{" "}
          to get a plan.
        </Alert>
      )}
      {contract ? (
        <Alert>
          Your plan is agreed by contract. Write to us at{" "}
          <a href={`mailto:${contact}`} className="underline underline-offset-2">
            {contact}
          </a>{" "}
          to change it.
        </Alert>
      ) : null}
      {owing ? (
        <Alert
          tone="warning"
          action={
            <LinkButton size="sm" to={paths.billing()}>
              Open billing
            </LinkButton>
          }
        >
          There is an open invoice. Please pay it before you change the plan.
        </Alert>
      ) : null}
      {editable ? null : <Alert>Only an owner of your organisation can change the plan.</Alert>}
      <PlanOffers {...offers} />
      <section aria-labelledby="compare">
        <h2 id="compare" className="mb-3 text-base font-semibold">
          What each plan holds
        </h2>
        <PlanTable plans={plans} current={current.plan} features={features} />
        <p className="mt-2 text-xs text-muted">
          Prices are in US dollars and without tax. Limits count per month of your subscription.
        </p>
      </section>
      {paidUntil && editable ? (
        endsAt ? (
          <Ending endsAt={endsAt} name={current.name} timeZone={timeZone} />
        ) : (
          <Cancel paidUntil={paidUntil} owing={owing} name={current.name} timeZone={timeZone} />
        )
      ) : null}
    </div>
  );
}

interface CancelProps {
  paidUntil: Date;
  owing: boolean;
  name: string;
  timeZone: string;
}

function Cancel({ paidUntil, owing, name, timeZone }: CancelProps) {
  const pending = usePending("cancel");
  const until = (
    <>
      <TimeText value={paidUntil} timeZone={timeZone} show="date" /> ({timeZone})
    </>
  );
  return (
    <Card
      title={`Cancel ${name}`}
      description={
        <>
          {owing ? "It ends on" : "Everything works until"} {until}. Nothing more is charged after that.
        </>
      }
    >
      <Form method="post">
        <ConfirmButton
          name="intent"
          value="cancel"
          pending={pending}
          question={`Cancel ${name}?`}
          consequence={
            <>
              {owing ? "It ends on" : "Everything works until"} {until}. Then your agent stops answering. Your data
              stays, and until that day you can take this back.
            </>
          }
          confirmLabel="Cancel plan"
          cancelLabel="Keep my plan"
        >
          Cancel plan
        </ConfirmButton>
      </Form>
    </Card>
  );
}

function Ending({ endsAt, name, timeZone }: { endsAt: Date; name: string; timeZone: string }) {
  const pending = usePending("reactivate");
  return (
    <Card
      title={`${name} was cancelled`}
      description={
        <>
          It ends on <TimeText value={endsAt} timeZone={timeZone} show="date" /> ({timeZone}). Take it back and
          everything goes on as before.
        </>
      }
    >
      <Form method="post">
        <Button type="submit" name="intent" value="reactivate" variant="primary" pending={pending}>
          Keep my plan
        </Button>
      </Form>
    </Card>
  );
}
