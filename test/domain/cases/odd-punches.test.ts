import { describeCases } from '../support/run-cases.js';
import { ODD_PUNCH_CASES } from './rows/odd-punches.js';

describeCases('acceptance N: punches that cannot be meant', ODD_PUNCH_CASES);
