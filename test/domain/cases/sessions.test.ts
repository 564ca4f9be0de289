import { describeCases } from '../support/run-cases.js';
import { SESSION_CASES } from './rows/sessions.js';

describeCases('acceptance E: sessions never overlap', SESSION_CASES);
