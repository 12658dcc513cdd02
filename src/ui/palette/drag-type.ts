/** The kind of data that a dragged palette entry carries; only our canvas knows it, so no other page takes the drop. */
export const NODE_TYPE_MIME = 'application/x-weft-node-type';
