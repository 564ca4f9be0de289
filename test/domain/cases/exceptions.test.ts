import { describeCases } from '../support/run-cases.js';
import { EXCEPTION_CASES } from './data/exceptions.js';

describeCases('acceptance I: exceptions', EXCEPTION_CASES);
