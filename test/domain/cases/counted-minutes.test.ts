import { describeCases } from '../support/run-cases.js';
import { COUNTED_MINUTES_CASES } from './rows/counted-minutes.js';

describeCases('acceptance M: which minutes count', COUNTED_MINUTES_CASES);
