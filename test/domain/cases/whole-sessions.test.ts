import { describeCases } from '../support/run-cases.js';
import { WHOLE_SESSION_CASES } from './rows/whole-sessions.js';

describeCases('acceptance K: no window cuts an arrival from its departure', WHOLE_SESSION_CASES);
