import type { Server } from 'node:http';
export const HEADERS: Readonly<Record<string, string>>;
export function serve(directory: string, port: number): Promise<{ server: Server; url: string }>;
