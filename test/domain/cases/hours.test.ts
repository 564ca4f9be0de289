import { describeCases } from '../support/run-cases.js';
import { HOURS_CASES } from './rows/hours.js';

describeCases('acceptance B: hours from punches', HOURS_CASES);
