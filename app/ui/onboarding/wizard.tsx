// Owns one step of the wizard in its frame: where one is, the way back, a word about the unproved address.
import { Form, useLocation } from "@remix-run/react";
import { type ReactNode, useEffect, useRef } from "react";
import { paths } from "#app/paths.ts";
import { Banner } from "../banner.tsx";
import { Button } from "../button.tsx";
import { SandboxBanner } from "../sandbox-banner.tsx";
import { SignOutButton } from "../sign-out-button.tsx";
import { WizardShell } from "../wizard-shell.tsx";
import { wizardSteps } from "./steps.ts";

/** What every step's loader says about the person and the tenant. */
export interface WizardPlace {
  reached: string;
  emailConfirmed: boolean;
  email: string;
  sandbox: boolean;
}

export interface WizardProps {
  place: WizardPlace;
  current: string;
  title: ReactNode;
  intro?: ReactNode;
  back?: string | undefined;
  preview?: ReactNode;
  children: ReactNode;
}

export function Wizard({ place, ...shell }: WizardProps) {
  useFocusOnArrival();
  const notices = [
    ...(place.sandbox ? [<SandboxBanner key="sandbox" on />] : []),
    ...(place.emailConfirmed ? [] : [<UnprovedAddress key="address" email={place.email} />]),
  ];
  return (
    <WizardShell
      {...shell}
      steps={wizardSteps(place.reached)}
      banner={notices.length > 0 ? notices : undefined}
      aside={<SignOutButton />}
    />
  );
}

function UnprovedAddress({ email }: { email: string }) {
  return (
    <Banner
      action={
        <Form method="post" action={paths.resendVerification()}>
          <Button type="submit" size="sm">
            Send it again
          </Button>
        </Form>
      }
    >
      We sent a link to <span className="break-all">{email}</span>. Open it when you find a moment; you can go on now.
    </Banner>
  );
}

/** Walking on to another step moves the focus to its content, as loading a page would. */
function useFocusOnArrival(): void {
  const { pathname } = useLocation();
  const arrived = useRef(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs for each page that is arrived at
  useEffect(() => {
    const { history } = window;
    const walked = arrived.current || (history.state?.idx ?? 0) > 0;
    arrived.current = true;
    const main = document.getElementById("main");
    if (!walked || !main || main.contains(document.activeElement)) return;
    main.tabIndex = -1;
    main.focus({ preventScroll: true });
  }, [pathname]);
}
