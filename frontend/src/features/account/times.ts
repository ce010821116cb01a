/** allauth tells times in seconds since 1970. */
export const isoOf = (seconds: number): string => new Date(seconds * 1000).toISOString();
