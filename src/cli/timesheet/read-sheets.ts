// Reads timesheets page by page.

import type { Timestamp } from '@bufbuild/protobuf/wkt';
import type { AttendanceClient, Timesheet, TimesheetView } from '../../client/index.js';
import type { SaidPeriod } from '../time/period-argument.js';

/** The most employees whom one command shows: more are a matter for a program. */
export const MAX_SHEETS = 5_000;

/** The most that the service returns at once. */
const PAGE_SIZE = 200;

/** Whose timesheets, and of when. */
export interface WantedSheets {
  /** Empty: those of a group, or all. */
  readonly employeeIds: readonly string[];
  /** Empty: any. */
  readonly groupId: string;
  readonly period: SaidPeriod;
  readonly view: TimesheetView;
  readonly asOfTime: Timestamp | undefined;
}

/** By employee id, at most MAX_SHEETS, and whether there are more. */
export async function readSheets(
  client: Pick<AttendanceClient, 'listTimesheets'>,
  { employeeIds, groupId, period, view, asOfTime }: WantedSheets,
): Promise<{ readonly sheets: readonly Timesheet[]; readonly isCut: boolean }> {
  const sheets: Timesheet[] = [];
  let pageToken = '';
  do {
    const page = await client.listTimesheets({
      employeeIds: [...employeeIds],
      groupId,
      ...period,
      view,
      pageSize: PAGE_SIZE,
      pageToken,
      ...(asOfTime === undefined ? {} : { asOfTime }),
    });
    sheets.push(...page.timesheets);
    pageToken = page.nextPageToken;
  } while (pageToken !== '' && sheets.length < MAX_SHEETS);
  return { sheets: sheets.slice(0, MAX_SHEETS), isCut: pageToken !== '' };
}
