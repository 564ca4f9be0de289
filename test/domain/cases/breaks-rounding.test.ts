import { describeCases } from '../support/run-cases.js';
import { BREAK_AND_ROUNDING_CASES } from './rows/breaks-rounding.js';

describeCases('acceptance F: breaks and rounding', BREAK_AND_ROUNDING_CASES);
