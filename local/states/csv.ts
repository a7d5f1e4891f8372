// What are the records of a CSV text, as a Distributed Map reads them?

/** Splits a text into records of fields: quotes protect delimiters and line ends, `""` is a quote inside quotes. */
export function parseCsv(text: string, delimiter: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let position = 0;
  while (position < text.length) {
    const field = text[position] === '"' ? quoted(text, position) : plain(text, position, delimiter);
    record.push(field.value);
    position = field.end;
    if (text[position] === delimiter) {
      position += 1;
      if (position === text.length) record.push('');
      else continue;
    }
    position += text.startsWith('\r\n', position) ? 2 : 1;
    records.push(record);
    record = [];
  }
  return records;
}

interface Field {
  value: string;
  end: number;
}

function plain(text: string, start: number, delimiter: string): Field {
  let end = start;
  while (end < text.length && text[end] !== delimiter && text[end] !== '\n' && text[end] !== '\r') end += 1;
  return { value: text.slice(start, end), end };
}

function quoted(text: string, start: number): Field {
  let value = '';
  for (let position = start + 1; position < text.length; position += 1) {
    if (text[position] !== '"') value += text[position];
    else if (text[position + 1] === '"') {
      value += '"';
      position += 1;
    } else return { value, end: position + 1 };
  }
  throw new Error('a quoted field of the CSV is not closed');
}
