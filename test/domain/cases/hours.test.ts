import { describeCases } from '../support/run-cases.js';
import { HOURS_CASES } from './data/hours.js';

describeCases('acceptance B: hours from punches', HOURS_CASES);
