// What the commands of timesheets have in common.

import { toJsonString } from '@bufbuild/protobuf';
import type { Timestamp } from '@bufbuild/protobuf/wkt';
import { type Timesheet, TimesheetSchema } from '../../../client/index.js';
import type { SharedOptions } from '../../terminal/connection.js';

export interface SheetOptions extends SharedOptions {
  readonly asOf?: Timestamp;
}

/** All fields, also those without a value. */
export function sheetJson(sheet: Timesheet): string {
  return toJsonString(TimesheetSchema, sheet, { alwaysEmitImplicit: true });
}
