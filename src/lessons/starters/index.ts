/** The starters in the order of the gallery; the first is what a new user sees. */
import type { Starter } from '../starter';
import { digitsMlp } from './digits-mlp';
import { fashionCnn } from './fashion-cnn';
import { penguinsEnsemble } from './penguins-ensemble';
import { sentiment } from './sentiment';
import { weatherGru } from './weather-gru';

export const starters: readonly Starter[] = [fashionCnn, digitsMlp, sentiment, penguinsEnsemble, weatherGru];
