/** Numbers and sizes in the language of the browser. */
let integer: Intl.NumberFormat | undefined;

export function count(number: number): string {
  // Made when it is needed: the first of its kind costs some 50 ms, which a page that counts nothing should not pay.
  integer ??= new Intl.NumberFormat();
  return integer.format(number);
}

/** `1 task`, `1,204 tasks`. */
export function counted(number: number, one: string, many = `${one}s`): string {
  return `${count(number)} ${number === 1 ? one : many}`;
}

/** Bytes in the largest unit that keeps them above one. */
export function bytes(number: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB'];
  let size = number;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? count(size) : size.toFixed(1)} ${units[unit]}`;
}
