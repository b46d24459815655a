// Owns the way out where there is no menu of one's own.
import { Form } from "@remix-run/react";
import { paths } from "#app/paths.ts";
import { Button } from "./button.tsx";

export function SignOutButton() {
  return (
    <Form method="post" action={paths.signOut()}>
      <Button type="submit" variant="quiet" size="sm">
        Sign out
      </Button>
    </Form>
  );
}
