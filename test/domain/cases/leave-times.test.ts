import { describeCases } from '../support/run-cases.js';
import { LEAVE_TIME_CASES } from './rows/leave-times.js';

describeCases('acceptance P: leave by the hour', LEAVE_TIME_CASES);
