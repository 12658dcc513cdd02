/** Fields of the normalization nodes. */
import { t } from '../../graph/text';
import { float } from '../fields';

/** Keras's default is 1e-3; PyTorch uses 1e-5, so exporters must always write it out. */
export const epsilon = () =>
  float(
    t('Epsilon', 'ε'),
    t('Keeps the division safe when the variance is small.', '方差很小时保证除法安全。'),
    1e-3,
    {
      min: 1e-7,
      max: 1,
      advanced: true,
    },
  );
