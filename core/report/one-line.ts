// A name as part of a line: it may hold a newline, and a line may not.

export const oneLine = (name: string): string =>
  name.replaceAll(/\p{Cc}/gu, (control) => JSON.stringify(control).slice(1, -1));
