import { describeCases } from '../support/run-cases.js';
import { ZONE_CASES } from './rows/zones.js';

describeCases('acceptance D: clocks and zones', ZONE_CASES);
