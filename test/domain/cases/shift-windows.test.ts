import { describeCases } from '../support/run-cases.js';
import { SHIFT_WINDOW_CASES } from './rows/shift-windows.js';

describeCases('acceptance A: shift window, grace, thresholds', SHIFT_WINDOW_CASES);
