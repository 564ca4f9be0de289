// revisions: a day's history, change by change.

import { toJsonString } from '@bufbuild/protobuf';
import type { Timestamp } from '@bufbuild/protobuf/wkt';
import type { Command } from 'commander';
import type { AttendanceRevision } from '../../client/index.js';
import { AttendanceRevisionSchema } from '../../client/index.js';
import type { SharedOptions } from '../terminal/connection.js';
import { withClient } from '../terminal/connection.js';
import type { Surroundings } from '../terminal/console.js';
import { table, writeLine } from '../terminal/console.js';
import { timeArgument, timeText } from '../text/day-options.js';
import { causeText, changeText } from '../text/revision-text.js';
import { DATE_FORMS, dateArgument, type SaidDate } from '../time/date-argument.js';
import { shownZone } from '../time/local-time.js';
import { dateOfEmployee } from '../time/zone-lookup.js';
import { asOf, examples } from './day-commands.js';
import { zoneArgument } from './punches/punch-import-command.js';

interface RevisionsOptions extends SharedOptions {
  readonly zone?: string;
  readonly asOf?: Timestamp;
}

/** Adds the command to the program. */
export function addRevisionsCommand(program: Command, surroundings: Surroundings): void {
  program
    .command('revisions')
    .summary('show the history of a day')
    .description(
      'Shows every change of a day, the oldest first: who, when, why, before and after; where the ' +
        'status stayed the same, what else changed: times, worked time, anomalies.',
    )
    .argument('<employee>', 'the employee id')
    .argument('<date>', DATE_FORMS, dateArgument)
    .option(
      '--zone <zone>',
      'show times of the day, and take today, in this zone; else in its own',
      zoneArgument,
    )
    .option('--as-of <instant>', 'as known then, such as 2026-03-02T09:00:00Z', timeArgument)
    .addHelpText('after', examples('revisions 007 2026-03-02'))
    .action(async (employeeId: string, said: SaidDate, _: unknown, self: Command) => {
      const options = self.optsWithGlobals<RevisionsOptions>();
      await withClient(options, surroundings, async (client) => {
        const date = await dateOfEmployee(client, said, employeeId, options.zone);
        let pageToken = '';
        do {
          const request = { employeeId, date, pageToken, ...asOf(options.asOf) };
          const page = await client.listAttendanceRevisions(request);
          await printRevisions(surroundings, options, page.revisions, pageToken === '');
          pageToken = page.nextPageToken;
        } while (pageToken !== '');
      });
    });
}

async function printRevisions(
  { stdout }: Surroundings,
  { json, zone }: RevisionsOptions,
  revisions: readonly AttendanceRevision[],
  withHeading: boolean,
): Promise<void> {
  if (json) {
    for (const revision of revisions) {
      const text = toJsonString(AttendanceRevisionSchema, revision, { alwaysEmitImplicit: true });
      await writeLine(stdout, text);
    }
    return;
  }
  const rows = revisions.map((revision) => [
    String(revision.revision),
    timeText(revision.updateTime),
    revision.actor,
    causeText(revision.cause),
    ...changeText(revision, zone ?? shownZone(revision.after?.timeZone || 'UTC')),
    revision.reason,
  ]);
  const lines = table(['REV', 'WHEN', 'WHO', 'CAUSE', 'BEFORE', 'AFTER', 'WHY'], rows);
  for (const line of withHeading ? lines : lines.slice(1)) await writeLine(stdout, line);
}
