import { describeCases } from '../support/run-cases.js';
import { ABSENCE_AND_MARK_CASES } from './rows/absence-marks.js';

describeCases('acceptance A: absence, holidays, marks, the geofence', ABSENCE_AND_MARK_CASES);
