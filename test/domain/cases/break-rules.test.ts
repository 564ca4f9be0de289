import { describeCases } from '../support/run-cases.js';
import { BREAK_RULE_CASES } from './rows/break-rules.js';

describeCases('acceptance L: breaks', BREAK_RULE_CASES);
