/**
 * Hands the curves to the layer inside a recharts chart without re-rendering the chart: axes change a few times in a run,
 * curves ten times a second, and recharts takes tens of milliseconds for what it would find unchanged.
 */
import { createContext } from 'react';
import type { Series } from './series';

export const SeriesContext = createContext<readonly Series[]>([]);
