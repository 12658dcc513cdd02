/**
 * How much is drawn at which zoom (card.css): below the first a node is a coloured block with its name, then in larger letters, at
 * last a block only.
 */
const FAR_ZOOM = 0.5;
const FARTHER_ZOOM = 0.3;
export const FARTHEST_ZOOM = 0.15;

export type Distance = 'near' | 'far' | 'farther' | 'farthest';

export function distanceOf(zoom: number): Distance {
  if (zoom >= FAR_ZOOM) return 'near';
  if (zoom >= FARTHER_ZOOM) return 'far';
  return zoom >= FARTHEST_ZOOM ? 'farther' : 'farthest';
}
