// What changes under way, workers that are killed, and several at once.
import { beforeEach, describe, expect, test } from "vitest";
import { advanceSequences } from "#app/domain/sequences/advance.ts";
import { OPERATOR_DEFAULTS } from "#app/domain/sequences/defaults.ts";
import { blankStep, changeOperatorSequence, withSteps } from "#app/domain/sequences/sequences.ts";
import { testDatabase } from "../../setup/database.ts";
import { sequenceWorld } from "../../support/sequences.ts";
import { makeStaff } from "../../support/staff.ts";

const database = await testDatabase();
const { sql, db } = database;
const TRIAL = OPERATOR_DEFAULTS[0]?.sequenceId ?? "";
const first = OPERATOR_DEFAULTS[0]?.steps[0]?.subject;
const world = sequenceWorld(database);
const staff = (await makeStaff(database)).actor;

beforeEach(async () => {
  await sql`delete from outbox_mails where template = 'sequence'`;
  await sql`update tenants set status = 'deleted', slug = null`;
  await sql`delete from sequence_enrolments`;
  await sql`delete from operator_sequences`;
  world.rewind();
  world.sent.length = 0;
});

describe("a change of the sequence", () => {
  test("counts from where people are: a wait that became shorter comes sooner, a step put before them not at all", async () => {
    const tenant = await world.trial("overtaken");
    await world.pass(2);
    const added = {
      key: "early",
      delayHours: 0,
      condition: "always",
      subject: "Too late",
      body: "x",
      button: "",
      link: "home",
    } as const;
    await db.staff.asStaff(staff, (tx) =>
      changeOperatorSequence(tx, staff, TRIAL, null, ({ steps }) => ({
        steps: [added, ...steps.map((step) => (step.key === "knowledge" ? { ...step, delayHours: 2 } : step))],
      })),
    );
    await world.pass(3);
    expect(world.subjectsTo(tenant.email)).toEqual([first, "What should it know about Company overtaken?"]);
  });

  test("that somebody else has made meanwhile is not lost", async () => {
    const change = (known: string) =>
      db.staff.asStaff(staff, (tx) =>
        changeOperatorSequence(
          tx,
          staff,
          TRIAL,
          known,
          withSteps({ intent: "add", step: "", known }, blankStep("home")),
        ),
      );
    await change(TRIAL);
    await expect(change(TRIAL)).rejects.toMatchObject({ code: "conflict" });
    const versions = await sql`select jsonb_array_length(steps) as steps, created_by from operator_sequences`;
    expect(versions).toEqual([{ steps: 6, created_by: staff.userId }]);
  });
});

describe("kills and crowds", () => {
  test("several workers at once enter everybody once and send each step once", async () => {
    const tenants = [];
    for (let n = 0; n < 6; n++) tenants.push(await world.trial(`crowd-${n}`));
    const round = () => Promise.all([1, 2, 3, 4].map(() => advanceSequences(world.services)));
    await round();
    for (let hour = 0; hour < 50; hour++) {
      world.skip(1);
      await round();
    }
    await world.deliver();
    for (const { tenantId, email } of tenants) {
      const [way] = await world.ways(tenantId);
      const subjects = world.subjectsTo(email);
      expect([way?.sentCount, subjects.length, new Set(subjects).size]).toEqual([2, 2, 2]);
    }
  });

  test("a worker that is killed between queueing and moving on leaves neither", async () => {
    const tenant = await world.trial("killed");
    await world.advance();
    world.skip(2);
    await sql.unsafe(`create function fail_move() returns trigger language plpgsql as $$ begin raise 'killed'; end $$;
      create trigger fail_move before update on sequence_enrolments for each row execute function fail_move()`);
    await world.advance();
    expect(await sql`select from outbox_mails where template = 'sequence'`).toEqual([]);
    await sql.unsafe("drop trigger fail_move on sequence_enrolments");
    await world.advance();
    await world.advance();
    await world.deliver();
    expect(world.subjectsTo(tenant.email)).toEqual([first]);
  });

  test("one tenant's trouble doesn't keep the others from their mails", async () => {
    const [bad, good] = [await world.trial("troubled"), await world.trial("untroubled")];
    await sql`update tenants set time_zone = 'Nowhere/Land' where id = ${bad.tenantId}`;
    await world.pass(3);
    expect([world.subjectsTo(bad.email), world.subjectsTo(good.email)]).toEqual([[], [first]]);
  });
});
