import { describeCases } from '../support/run-cases.js';
import { CLOSINGS } from './rows/auto-close.js';
import { FORGOTTEN_DEPARTURES } from './rows/forgotten-departures.js';

describeCases('acceptance G: forgotten departures', FORGOTTEN_DEPARTURES);
describeCases('a session that a rule closes', CLOSINGS);
