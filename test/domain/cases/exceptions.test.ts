import { describeCases } from '../support/run-cases.js';
import { EXCEPTION_CASES } from './rows/exceptions.js';

describeCases('acceptance I: exceptions', EXCEPTION_CASES);
