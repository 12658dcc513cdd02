/** What a user may ask for; `auto` leaves the choice to `backend.ts`. Apart from it, because the page takes no tfjs along. */
export type BackendWish = 'auto' | 'webgpu' | 'webgl' | 'wasm' | 'cpu';
