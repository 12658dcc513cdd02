/** A family is known by position, colour and icon, never by colour alone. Shared by palette, canvas, outline and search. */
import {
  BrainCircuit,
  CircleHelp,
  Combine,
  Grid2x2,
  type LucideIcon,
  Network,
  Repeat,
  Scale,
  Share2,
  SquareArrowRight,
  Target,
} from 'lucide-react';
import type { Text } from '../../graph/text';
import { paletteMessages } from '../../messages/palette';
import type { Family } from '../../nodes/define-node';

export type FamilyOrUnknown = Family | 'unknown';

export const FAMILY_ICONS: Readonly<Record<FamilyOrUnknown, LucideIcon>> = {
  input: SquareArrowRight,
  core: Network,
  convolution: Grid2x2,
  recurrent: Repeat,
  attention: BrainCircuit,
  normalization: Scale,
  merge: Combine,
  ensemble: Share2,
  output: Target,
  unknown: CircleHelp,
};

export const FAMILY_TITLES: Readonly<Record<FamilyOrUnknown, Text>> = {
  input: paletteMessages.familyInput,
  core: paletteMessages.familyCore,
  convolution: paletteMessages.familyConvolution,
  recurrent: paletteMessages.familyRecurrent,
  attention: paletteMessages.familyAttention,
  normalization: paletteMessages.familyNormalization,
  merge: paletteMessages.familyMerge,
  ensemble: paletteMessages.familyEnsemble,
  output: paletteMessages.familyOutput,
  unknown: paletteMessages.familyUnknown,
};

export const familyColor = (family: FamilyOrUnknown): string => `var(--family-${family})`;
export const familyTextColor = (family: FamilyOrUnknown): string => `var(--family-${family}-text)`;
