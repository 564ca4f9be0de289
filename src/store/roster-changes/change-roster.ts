// The one transaction of every roster change: lock and read (lock-roster.ts), let the rules decide,
// write. Roster changes wait for each other, across all processes, so a decision holds against
// every other change. Several changes about distinct employees can share one transaction: none of
// them sees, or is seen by, another.

import { setImmediate } from 'node:timers/promises';
import type {
  RosterChangeRecord,
  RosterCommand,
  RosterOutcome,
} from '../../app/ports/roster-ports.js';
import { decideRosterChange, needsRoster } from '../../app/roster/change-roster.js';
import { usersCheckOf } from '../../app/roster/change-shared-roster.js';
import type { RosterChangeView } from '../../app/roster/roster-decision.js';
import { AttendanceError } from '../../domain/facts/errors.js';
import { EMPTY_ROSTER } from '../../domain/roster/roster.js';
import type { Zone } from '../../domain/time/zone.js';
import { FORGET_EMPLOYEES } from '../facts/write-batch.js';
import {
  type Bound,
  bind,
  COMMIT,
  type Database,
  ROLLBACK,
  type Row,
  type Session,
} from '../postgres/database.js';
import { inTries, type Progress } from '../postgres/retry.js';
import { bytes, number } from '../postgres/rows.js';
import type { RosterReader } from '../rosters/roster-reader.js';
import { changeRecordOf } from '../rosters/roster-records.js';
import { type LockedRoster, lockRoster } from './lock-roster.js';
import { decodeAnswer, stamped } from './roster-answer.js';
import {
  changeRows,
  changeStatements,
  type DecidedChange,
  requestStatements,
  type Unchanged,
} from './roster-edits.js';
import type { ChangeResults } from './roster-queue.js';
import { refuseUserConflicts } from './shift-users.js';

const DAY_MS = 86_400_000;

/** How long commands are decided before other work may run, in milliseconds. */
const MAX_STRETCH_MS = 5;

/** For each command see RosterStore.changeRoster; see also ChangeTogether. */
export async function changeTogether(
  database: Database,
  reader: RosterReader,
  defaultZone: Zone,
  commands: readonly RosterCommand[],
): Promise<ChangeResults> {
  return await inTries(database, (session, progress) =>
    runTransaction(session, { reader, defaultZone, commands, progress }),
  );
}

interface Run {
  readonly reader: RosterReader;
  readonly defaultZone: Zone;
  readonly commands: readonly RosterCommand[];
  readonly progress: Progress;
}

type Result = ChangeResults[number];

/** What to write for a command, or its result if there is nothing to write. */
type Decided = DecidedChange | Unchanged | Result;

async function runTransaction(session: Session, run: Run): Promise<ChangeResults> {
  const locked = await lockRoster(session, run.commands);
  const decided = await decideEach(session, run, locked);
  const changes = decided.filter(isChange);
  const requests = decided.flatMap((one) => (isUnchanged(one) ? requestStatements(one) : []));
  const isNothing = changes.length === 0 && requests.length === 0;
  const statements = isNothing
    ? [bind(ROLLBACK)]
    : [...forget(locked, changes), ...requests, ...changeStatements(changes), bind(COMMIT)];
  run.progress.committing = !isNothing;
  const answers = await session.pipeline(statements);
  const records = new Map(
    changeRows(statements, answers).map((row) => [number(row, 'change_id'), changeRecordOf(row)]),
  );
  return decided.map((one) => {
    if (isChange(one)) return fulfilled(outcomeOf(one, records.get(one.changeId)));
    return isUnchanged(one) ? fulfilled({ answer: one.answer, change: undefined }) : one;
  });
}

function isChange(one: Decided): one is DecidedChange {
  return 'edit' in one;
}

function isUnchanged(one: Decided): one is Unchanged {
  return 'answer' in one;
}

function fulfilled(value: RosterOutcome): Result {
  return { status: 'fulfilled', value };
}

function outcomeOf(
  { decision, changeId }: DecidedChange,
  change: RosterChangeRecord | undefined,
): RosterOutcome {
  if (change === undefined) throw new Error('a change of the roster left no row');
  return { answer: stamped(decision.answer, changeId, change.recordedAt), change };
}

/** Employees added for commands that were refused. No other transaction has seen them. */
function forget({ created }: LockedRoster, changes: readonly DecidedChange[]): Bound[] {
  const kept = new Set(
    changes.map(({ command }) => ('employeeId' in command ? command.employeeId : undefined)),
  );
  const others = [...created].filter((employeeId) => !kept.has(employeeId));
  return others.length === 0 ? [] : [bind(FORGET_EMPLOYEES, others)];
}

async function decideEach(session: Session, run: Run, locked: LockedRoster): Promise<Decided[]> {
  const { reader, commands } = run;
  const roster = commands.some(needsRoster)
    ? await reader.shared(session, locked.sharedVersion)
    : EMPTY_ROSTER;
  const decided: Decided[] = [];
  let changeId = locked.changeId + 1;
  let since = performance.now();
  for (const command of commands) {
    const one = await decideOne(session, run, command, locked, { changeId, roster });
    if (isChange(one)) changeId += 1;
    decided.push(one);
    if (performance.now() - since < MAX_STRETCH_MS) continue;
    await setImmediate();
    since = performance.now();
  }
  return decided;
}

/** A refusal is returned and not thrown: it is no failure of the connection, which is kept. */
async function decideOne(
  session: Session,
  run: Run,
  command: RosterCommand,
  locked: LockedRoster,
  given: Pick<RosterChangeView, 'changeId' | 'roster'>,
): Promise<Decided> {
  const { reader, defaultZone } = run;
  try {
    const earlier = locked.earlier(command);
    if (earlier !== undefined) return fulfilled(replayed(command, earlier));
    const nowDay = Math.floor(command.receivedAt / DAY_MS);
    const view = { ...given, defaultZone, nowDay, ...locked.view(command) };
    const decision = decideRosterChange(command, view);
    const { answer, edit } = decision;
    if (edit === undefined) {
      return command.validateOnly ? fulfilled({ answer, change: undefined }) : { command, answer };
    }
    const check = usersCheckOf(command, view);
    if (check !== undefined) await refuseUserConflicts(session, reader, view, check);
    if (command.validateOnly) return fulfilled({ answer, change: undefined });
    const shiftOverlaps = check?.overlaps ?? 0;
    return { command, decision, edit, changeId: given.changeId, shiftOverlaps };
  } catch (error) {
    // Deciding about an employee's own roster reads nothing, so an error concerns this command
    // alone.
    const isItsOwn = error instanceof AttendanceError || 'employeeId' in command;
    if (!isItsOwn) throw error;
    return { status: 'rejected', reason: error };
  }
}

/** The first answer again, or a refusal if the request was a different one. */
function replayed(command: RosterCommand, row: Row): RosterOutcome {
  const { requestId = '', payloadHash } = command;
  if (Buffer.compare(bytes(row, 'payload_hash'), payloadHash) !== 0) {
    throw new AttendanceError({ kind: 'ROSTER_REQUEST_ID_REUSED', requestId });
  }
  const change = 'change_id' in row ? changeRecordOf(row) : undefined;
  return { answer: decodeAnswer(row.answer, change?.recordedAt), change };
}
